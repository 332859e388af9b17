using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Market;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// The thirty days before a demo's first day, so that no chart begins empty. The last day consists of candles and
/// trades by the simulated participants on a fast clock; the days before are a random walk of the price. It ends in the
/// minute in which the instrument was listed. It is kept beside the real trades, never among them.
/// </summary>
internal static class DemoPast
{
    private const int Minutes = 1_440;
    private const int DaysBefore = 29;
    private const int Trades = 500;
    private const long MinuteNanos = 60_000_000_000;

    /// <summary>
    /// Returns the simulated symbols by their current names. Symbols that a replay or an operator listed since the
    /// start are not included.
    /// </summary>
    public static async Task<IReadOnlyList<Instrument>> SymbolsAsync(
        IReadOnlyList<CorporateActionView> nameChanges, Listings listings, SiloOptions options,
        CancellationToken cancellationToken)
    {
        var ofDemo = (await ExchangeFile.ReadAsync(options, cancellationToken))
            .Select(instrument => instrument.Symbol)
            .Except(options.NoQuotes, StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        // In the order of their announcements: a name may change again.
        foreach (var change in nameChanges)
        {
            if (change.State != CorporateActionState.Announced && ofDemo.Remove(change.Request.Symbol))
                ofDemo.Add(change.Request.NewSymbol!);
        }

        return [
            .. (await listings.AllAsync()).Where(
                instrument => instrument.ReferencePriceTicks > 0 && ofDemo.Contains(instrument.Symbol))];
    }

    /// <summary>Makes the past of each symbol that has none. A renamed symbol has a past under its old name.</summary>
    public static Task FillAsync(
        IReadOnlyList<CorporateActionView> nameChanges, IReadOnlyList<Instrument> instruments, ulong seed,
        IJournalStore journal, HistoryStore history, CancellationToken cancellationToken)
    {
        var renamed = nameChanges.Select(change => change.Request.NewSymbol).ToHashSet();
        return Parallel.ForEachAsync(
            instruments.Where(instrument => !renamed.Contains(instrument.Symbol)), cancellationToken,
            async (instrument, token) =>
            {
                if (await history.Backfill.ExistsAsync(instrument.Symbol, token))
                    return;

                var listed = await ListedAtAsync(journal, instrument.Symbol, token);
                var model = new MarketModel();
                var past = PastMarket.Make(
                    instrument, model, seed, instrument.ReferencePriceTicks, listed, Minutes, Trades, token);
                var earlier = EarlierDays.Make(past, instrument, model, seed, DaysBefore);
                await history.Backfill.AddAsync(
                    instrument.Symbol, [.. earlier.Concat(past.Minutes).Select(Candle)], [.. past.Trades.Select(Print)],
                    token);
            });
    }

    /// <summary>Returns the time of the first record of the book's stream.</summary>
    private static async Task<long> ListedAtAsync(
        IJournalStore journal, string symbol, CancellationToken cancellationToken)
    {
        await foreach (var stored in journal.ReadAsync("book/" + symbol, 1, 1, cancellationToken))
            return BookRecordEncoding.Decode(stored.Body.Span).TimeNanos;

        throw new InvalidOperationException($"{symbol} is listed and its book has no record.");
    }

    private static Candle Candle(MinuteOfTrades minute) => new(
        minute.Minute * MinuteNanos,
        (minute.Minute + 1) * MinuteNanos,
        minute.OpenTicks,
        minute.HighTicks,
        minute.LowTicks,
        minute.CloseTicks,
        minute.Lots,
        minute.Value,
        minute.Trades,
        minute.BoughtLots,
        minute.BoughtValue,
        default,
        default);

    private static PublicTrade Print(MarketTrade trade, int index) =>
        new(0, index, trade.TimeNanos, trade.PriceTicks, trade.QuantityLots, trade.TakerSide);
}
