using QuantumCore.Clearing;
using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.History.Tests;

// Positions through splits and symbol changes.
public abstract partial class HistoryContract
{
    [Fact]
    public async Task A_split_and_a_new_name_are_those_of_an_account_that_had_nothing_by_then_too()
    {
        await using var history = await OpenAsync("corporate");
        Assert.Empty(await history.CorporateActions.SplitsAsync(1_001, "OLD", Token));
        Assert.Empty(await history.CorporateActions.NewSymbolsAsync(Token));
        await history.ApplyAsync(
            [
                Listed("OLD", 1),
                Listed("NEW", 2),
                Listed("ELSE", 2),
                new AccountChunk(1_001, 1, [
                    Split(30, "b", 10, 3, 2), Split(50, "a", 15, 2, 1),
                    new SymbolChanged(60, "c", "OLD", 0, 30, "NEW")]),
                new AccountChunk(1_002, 1, [Split(31, "b", 20, 3, 2)]),
            ],
            Token);

        // By time, not by name; from its own record if there is one, else from the first customer's.
        Assert.Equal([Told(30, 3, 2), Told(50, 2, 1)], await history.CorporateActions.SplitsAsync(1_001, "OLD", Token));
        Assert.Equal([Told(31, 3, 2), Told(50, 2, 1)], await history.CorporateActions.SplitsAsync(1_002, "OLD", Token));
        Assert.Equal([Told(30, 3, 2), Told(50, 2, 1)], await history.CorporateActions.SplitsAsync(1_003, "OLD", Token));
        Assert.Empty(await history.CorporateActions.SplitsAsync(1_001, "ELSE", Token));
        Assert.Equal([KeyValuePair.Create("OLD", "NEW")], await history.CorporateActions.NewSymbolsAsync(Token));
    }

    private static BookChunk Listed(string symbol, long time) =>
        new(symbol, 1, [new InstrumentDefined(time, EncodedInstrument.From(new()
        {
            Symbol = symbol,
            Base = new(symbol, 0),
            Quote = new("USD", 2),
            PriceDecimals = 2,
            QuantityDecimals = 0,
            TickSize = 1,
            LotSize = 1,
        }))]);

    private static SplitEntered Split(long time, string action, long units, long news, long olds) =>
        new(time, action, "OLD", 0, units, (units * news / olds) - units, news, olds, 7, "USD", 2, 0);

    private static AccountSplit Told(long time, long news, long olds) => new(time, new SplitShare(news, olds, 0, 7));
}
