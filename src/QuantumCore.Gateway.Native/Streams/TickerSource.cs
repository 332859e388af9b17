using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Native.Json;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Ticker channel of one connection: first all symbols, then the changed ones each second.</summary>
internal sealed class TickerSource(MarketPulse pulse, Action ready) : IStreamSource
{
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, SymbolPulse> _told = ImmutableSortedDictionary<string, SymbolPulse>.Empty;
    private MarketSecond? _newest;

    /// <inheritdoc/>
    public void Start() => pulse.Join(Offer);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        lock (_lock)
        {
            if (_newest is not { } second)
                return [];

            _newest = null;
            var changed = second.Symbols.Values.Where(HasChanged).ToArray();
            _told = _told.SetItems(second.Symbols);
            return changed.Length == 0 ? [] : [StreamJson.Bytes(to =>
            {
                to.WriteStartObject();
                to.WriteString("type"u8, "tickers"u8);
                to.WriteTimeNanos(second.TimeNanos);
                to.WriteMember<IReadOnlyList<Api.Ticker>>("tickers"u8, [.. changed.Select(pulse => pulse.ToApi())]);
                to.WriteEndObject();
            })];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pulse.Leave(Offer);

    private void Offer(MarketSecond second)
    {
        lock (_lock)
        {
            _newest = second;
        }

        ready();
    }

    private bool HasChanged(SymbolPulse pulse) =>
        !_told.TryGetValue(pulse.Instrument.Symbol, out var told)
        || Shown(told.Day) != Shown(pulse.Day)
        || Shown(told.State) != Shown(pulse.State);

    /// <summary>Removes the window's times from a comparison, because the window moves all the time.</summary>
    private static Candle Shown(Candle day) => day with { StartNanos = 0, EndNanos = 0 };

    private static (TradingPhase Phase, bool IsHalted, long Last) Shown(BookState state) =>
        (state.Phase, state.IsHalted, state.LastPriceTicks);
}
