using QuantumCore.Client;
using QuantumCore.Contracts;
using Xunit;
using PhaseReason = QuantumCore.Client.PhaseReason;

namespace QuantumCore.Grains.Tests;

/// <summary>Log of operator actions on trading and accounts, derived from the journal alone.</summary>
public sealed class OperatorLogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Acts_are_told_newest_first_and_survive_the_grain_and_the_silo()
    {
        await using var disk = new Disk();
        await using (var exchange = await Exchange.StartAsync(disk))
        {
            Assert.Empty(await Log(exchange).Lines(long.MaxValue, 10));
            for (var i = 1; i <= 5; i++)
                Assert.Equal(i, await Log(exchange).Note(new OperatorAct("phaseSet", "AAPL", "desk", $"act {i}")));
            Assert.Equal(["act 5", "act 4"], (await Log(exchange).Lines(long.MaxValue, 2)).Select(line => line.Detail));
            Assert.Equal(["act 2", "act 1"], (await Log(exchange).Lines(3, 10)).Select(line => line.Detail));
        }

        await using var again = await Exchange.StartAsync(disk);
        Assert.Equal(6, await Log(again).Note(new OperatorAct("accountFrozen", "ACC-1001", "risk", "")));
        var lines = await Log(again).Lines(long.MaxValue, 1_000);
        Assert.Equal([6, 5, 4, 3, 2, 1], lines.Select(line => line.Sequence));
        Assert.Equal(
            ("accountFrozen", "ACC-1001", "risk", ""), (lines[0].What, lines[0].Subject, lines[0].By, lines[0].Detail));
    }

    [Fact]
    public async Task Operator_reads_what_operators_did_with_their_reasons()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.BobAsync(ServedExchange.Sell(5m, 150m));
        var bought = await exchange.AliceAsync(ServedExchange.Buy(5m, 150m));
        await exchange.Admin.Operator.Trading.BustTradeAsync(
            "AAPL", bought.Fills[0].TradeId, "clearly erroneous", Cancellation);
        await exchange.Admin.Operator.Accounts.BlockAsync("ACC-1001", "AAPL", "looks wrong", Cancellation);
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "AAPL", TradingPhase.Halt, new PhaseTerms { Reason = PhaseReason.Technical, Why = "until it is clear" },
            Cancellation);

        var actions = await exchange.Admin.Operator.GetActionsAsync(limit: 3, cancellation: Cancellation);
        Assert.Equal(
            [
                "phaseSet AAPL: phase halt, reason technical, why until it is clear",
                "accountBlocked ACC-1001: symbol AAPL, why looks wrong",
                $"tradeVoided AAPL: trade {bought.Fills[0].TradeId}, why clearly erroneous",
            ],
            actions.Select(action => $"{action.What} {action.Subject}: {action.Detail}"));
        Assert.All(actions, action => Assert.NotEqual("", action.By));
        Assert.Equal(
            actions[2], (await exchange.Admin.Operator.GetActionsAsync(actions[1].Sequence, 1, Cancellation)).Single());
    }

    private static IOperatorLogGrain Log(Exchange exchange) =>
        exchange.Grains.GetGrain<IOperatorLogGrain>(IOperatorLogGrain.Key);
}
