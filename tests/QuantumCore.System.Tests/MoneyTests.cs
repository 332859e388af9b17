using System.Text.Json;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Money and units out of accounts, as people move them: with <c>qc</c>, against an exchange in its own process.</summary>
public sealed class MoneyTests
{
    [Fact]
    public async Task Money_moves_between_the_accounts_of_one_owner()
    {
        using var storage = Storage.InFiles();
        await using var silo = await SiloProcess.StartAsync([.. storage.Arguments, "--market-maker", "off"]);
        await RunAsync(silo, "admin", "owner", "ACC-1001", "ann");
        var strange = await RunAsync(silo, 1, "transfer", "ACC-3001", "USD", "10.00", "--money-key", "m0");
        Assert.Contains("Forbidden", strange, StringComparison.Ordinal);
        await RunAsync(silo, "admin", "owner", "ACC-3001", "ann");

        for (var again = 0; again < 2; again++)
        {
            var moved = await JsonAsync(silo, "transfer", "ACC-3001", "USD", "10.00", "--money-key", "m1");
            Assert.Equal(
                ("ACC-1001", "ACC-3001", "10.00", "done"),
                (Text(moved, "from"), Text(moved, "to"), Text(moved, "amount"), Text(moved, "state")));
        }

        var back = await JsonAsync(silo, "transfer", "ACC-1001", "USD", "4.00", "--from", "ACC-3001", "--money-key", "b1");
        Assert.Equal("done", Text(back, "state"));
        var listed = await JsonAsync(silo, "transfers");
        Assert.Equal(["b1", "m1"], listed.EnumerateArray().Select(transfer => Text(transfer, "key")));
        Assert.Contains("KeyConflict", await RunAsync(silo, 1, "transfer", "ACC-3001", "USD", "11.00", "--money-key", "m1"), StringComparison.Ordinal);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    private static async Task<JsonElement> JsonAsync(SiloProcess silo, params string[] line)
    {
        using var document = JsonDocument.Parse(await RunAsync(silo, [.. line, "--json"]));
        return document.RootElement.Clone();
    }

    private static Task<string> RunAsync(SiloProcess silo, params string[] line) => RunAsync(silo, 0, line);

    private static async Task<string> RunAsync(SiloProcess silo, int expected, params string[] line)
    {
        var (exitCode, output) = await Programs.RunAsync(
            Programs.Cli, TimeSpan.FromSeconds(60), [.. line, "--url", silo.Address.ToString()]);
        Assert.True(exitCode == expected, $"qc {string.Join(' ', line)} ended with {exitCode}: {output}");
        return output;
    }
}
