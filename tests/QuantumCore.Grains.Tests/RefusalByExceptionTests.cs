using QuantumCore.Contracts;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Callers of grains get the exception that the grain threw.</summary>
public sealed class RefusalByExceptionTests
{
    [Fact]
    public async Task An_account_that_lost_its_stream_says_so_to_its_caller()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [1001]);
        await exchange.CrashAsync();

        var told = await Assert.ThrowsAsync<StreamLostException>(
            async () => await exchange.Account(1001).Deposit(new DepositRequest("late", "USD", 1)));
        Assert.Contains("acct/1001", told.Message, StringComparison.Ordinal);
    }
}
