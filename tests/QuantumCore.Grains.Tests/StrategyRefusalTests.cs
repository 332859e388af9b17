using QuantumCore.Client;
using QuantumCore.Contracts;
using Xunit;
using RejectReason = QuantumCore.Instruments.RejectReason;

namespace QuantumCore.Grains.Tests;

/// <summary>Strategies rejected for one of their legs, as reported by the SDK and by qc.</summary>
public sealed class StrategyRefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_book_that_is_halted_is_named_and_a_strategy_of_others_is_not_concerned()
    {
        await using var exchange = await OpenAsync();
        Assert.Equal(
            RejectReason.None,
            await exchange.Exchange.Book("RIGHT", "group:PAIR")
                .Operate(new SetTradingPhase(TradingPhase.Halt)));
        var refused = await RefusedAsync(exchange, "LEFT", "RIGHT");
        Assert.Equal(
            ("SymbolHalted", "legs[1]", "The leg of RIGHT: The symbol is halted."),
            (refused.Code, refused.Field, refused.Detail));
        Assert.Contains("The leg of RIGHT: The symbol is halted. (legs[1])", refused.Message, StringComparison.Ordinal);
        refused = await RefusedAsync(exchange, "RIGHT", "LEFT");
        Assert.Equal(("SymbolHalted", "legs[0]"), (refused.Code, refused.Field));
        await exchange.Alice.Orders.PlaceStrategyAsync(Spread("LEFT", "NONE", OrderSide.Buy), Cancellation);
    }

    [Fact]
    public async Task Rejection_names_the_leg_that_lacks_funds_unless_all_legs_share_the_shortage()
    {
        await using var exchange = await OpenAsync();
        var refused = await RefusedAsync(exchange, "LEFT", "NONE");
        Assert.Equal(("ShortNotAllowed", "legs[1].quantity", "0", true), (refused.Code, refused.Field, refused.Limit,
            refused.Detail.StartsWith("The leg of NONE: ", StringComparison.Ordinal)));

        // Each leg alone is within the account's money, but not both.
        var (free, price) = ((await exchange.Alice.Account.GetAsync(Cancellation)).Balances.Single(
            balance => balance.Asset == "USD").Total, 157.5m);
        refused = await RefusedAsync(exchange, "LEFT", "RIGHT", OrderSide.Buy, (long)(free / price * 0.6m));
        Assert.Equal(("InsufficientFunds", null), (refused.Code, refused.Field));
        refused = await RefusedAsync(exchange, "LEFT", "RIGHT", OrderSide.Buy, (long)(free / price * 2));
        Assert.Equal(("InsufficientFunds", "legs[0].quantity"), (refused.Code, refused.Field));
    }

    private static async Task<ServedExchange> OpenAsync()
    {
        var exchange = await ServedExchange.OpenAsync();
        foreach (var symbol in (string[])["LEFT", "RIGHT", "NONE"])
        {
            await exchange.Grains.Catalog().List(EncodedInstrument.From(Listed.Share(symbol) with { Group = "PAIR" }));
            if (symbol != "NONE")
                await exchange.Exchange.Account(ServedExchange.AliceAccount)
                    .Deposit(new DepositRequest(symbol, symbol, 1_000));
        }

        return exchange;
    }

    private static Task<QuantumCoreException> RefusedAsync(
        ServedExchange exchange, string first, string second, OrderSide side = OrderSide.Sell, long units = 1) =>
        Assert.ThrowsAsync<QuantumCoreException>(
            () => exchange.Alice.Orders.PlaceStrategyAsync(Spread(first, second, side, units), Cancellation));

    /// <summary>Returns a strategy that buys the first symbol, and buys or sells the second.</summary>
    private static PlaceStrategy Spread(string first, string second, OrderSide side, long units = 1) =>
        new()
        {
            Net = 1m,
            Units = units,
            Legs = [new StrategyLeg(first, OrderSide.Buy, 1), new StrategyLeg(second, side, 1)],
        };
}
