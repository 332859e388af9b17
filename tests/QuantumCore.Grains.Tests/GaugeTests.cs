using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Metrics of books, holds and the journal.</summary>
public sealed class GaugeTests : IDisposable
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    // Meters are process-wide, so this symbol is unique to this test.
    private const string Stopped = "STOPPED";

    private readonly ConcurrentDictionary<(string Name, string Symbol), long> _last = new();
    private readonly ConcurrentDictionary<string, long> _most = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public GaugeTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is "QuantumCore.Grains" or "QuantumCore.Journal")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_book_where_buyers_and_sellers_stand_across_is_told_of_until_they_no_longer_do()
    {
        var watch = new CrossWatch();
        Assert.Equal(0, watch.Look(1_000, isMatching: true, 99, 100));
        Assert.Equal(0, watch.Look(2_000, isMatching: true, 100, 100));
        Assert.Equal(500, watch.Look(2_500, isMatching: true, 101, 100));
        Assert.Equal(0, watch.Look(3_000, isMatching: false, 101, 100));
        Assert.Equal(0, watch.Look(4_000, isMatching: true, 101, 100));
        Assert.Equal(100, watch.Look(4_100, isMatching: true, 101, 100));
        Assert.Equal(0, watch.Look(5_000, isMatching: true, null, 100));
        Assert.Equal(0, watch.Look(6_000, isMatching: true, 101, null));
    }

    [Fact]
    public async Task A_halted_symbol_and_its_trades_are_told_of()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [Stopped], [Alice, Bob]);
        await exchange.PlaceAsync(Alice, "ask", Stopped, Side.Sell, 10_000, 5);
        await exchange.PlaceAsync(Bob, "bid", Stopped, Side.Buy, 10_000, 5);
        Assert.Equal(
            RejectReason.None,
            await exchange.Book(Stopped).Operate(new SetTradingPhase(TradingPhase.Halt)));
        await Wait.UntilAsync(() => Last("quantumcore_book_halted", Stopped) == 1, "the halt to be told of");
        Assert.Equal(1, Last("quantumcore_trades", Stopped));
        Assert.True(Last("quantumcore_snapshot_age_records", Stopped) > 0);
        Assert.True(Last("quantumcore_book_looked_timestamp_seconds", Stopped) > 0);
        Assert.Equal(0, Last("quantumcore_book_crossed_milliseconds", Stopped));
    }

    [Fact]
    public async Task A_book_shows_its_price_levels_and_the_time_of_its_last_trade()
    {
        const string symbol = "DEEP";
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [symbol], [Alice, Bob]);
        await exchange.PlaceAsync(Alice, "ask", symbol, Side.Sell, 10_000, 5);
        await exchange.PlaceAsync(Alice, "same level", symbol, Side.Sell, 10_000, 5);
        await exchange.PlaceAsync(Alice, "higher", symbol, Side.Sell, 10_100, 5);
        await exchange.PlaceAsync(Bob, "bid", symbol, Side.Buy, 9_900, 5);
        await Wait.UntilAsync(() => Last("quantumcore_book_levels", $"{symbol},sell") == 2, "two levels of sellers");
        Assert.Equal(1, Last("quantumcore_book_levels", $"{symbol},buy"));
        Assert.Null(Last("quantumcore_book_last_match_timestamp_seconds", symbol));

        var report = await exchange.PlaceAsync(Bob, "taker", symbol, Side.Buy, 10_000, 10);
        await Wait.UntilAsync(() => Last("quantumcore_book_levels", $"{symbol},sell") == 1, "one level to be taken");
        Assert.Equal(report.TimeNanos / 1_000_000_000, Last("quantumcore_book_last_match_timestamp_seconds", symbol));
    }

    [Fact]
    public async Task A_book_that_left_is_told_of_no_more_and_one_without_trades_has_none()
    {
        // Meters are process-wide: no other test uses this symbol.
        const string symbol = "GAUGED";
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [symbol], [Alice]);
        await exchange.PlaceAsync(Alice, "ask", symbol, Side.Sell, 10_000, 5);
        await Wait.UntilAsync(
            () => Last("quantumcore_book_looked_timestamp_seconds", symbol) > 0, "the book to be told of");
        Assert.Equal(0, Last("quantumcore_trades", symbol));

        await exchange.Cluster.DeactivateAsync(exchange.Grains.GetGrain<IOrderBookGrain>(symbol));

        // A stale value would stay forever: an alert on it would never end, though the book may be well in another
        // process.
        _last.Clear();
        Assert.Null(Last("quantumcore_book_looked_timestamp_seconds", symbol));
        Assert.Null(Last("quantumcore_book_halted", symbol));
        Assert.Null(Last("quantumcore_book_crossed_milliseconds", symbol));
        Assert.Null(Last("quantumcore_snapshot_age_records", symbol));
    }

    [Fact]
    public async Task A_hold_whose_order_no_book_has_seen_is_counted_and_the_journal_shows_its_records()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [Stopped], [Alice]);
        await exchange.HoldAsync(Alice, "lost", Stopped, Side.Buy, 10_000, 1);
        await exchange.SweepAsync();
        _listener.RecordObservableInstruments();
        Assert.True(_most["quantumcore_orphan_holds"] >= 1);
        Assert.True(_most["quantumcore_journal_records"] > 0);
        Assert.True(_most.ContainsKey("quantumcore_journal_oldest_pending_milliseconds"));
    }

    [Fact]
    public async Task An_account_that_a_kill_switch_freezes_is_counted()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, [Stopped], [Alice]);
        await exchange.Account(Alice).SetLimits(
            new LimitsRequest("*", [new(LimitKind.KillOrders, 1), new(LimitKind.KillWindow, 3_600)], "desk", ""));
        await exchange.PlaceAsync(Alice, "1", Stopped, Side.Buy, 10_000, 1);
        _listener.RecordObservableInstruments();
        var before = _most["quantumcore_account_kills"];
        Assert.Equal(
            RejectReason.KillSwitch, (await exchange.PlaceAsync(Alice, "2", Stopped, Side.Buy, 10_000, 1)).Reason);
        _listener.RecordObservableInstruments();
        Assert.True(_most["quantumcore_account_kills"] > before);
    }

    [Fact]
    public async Task A_ledger_that_disagrees_with_itself_is_told_of()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: TestContext.Current.CancellationToken);
        _listener.RecordObservableInstruments();
        Assert.True(_most["quantumcore_reconciled_accounts"] > 0);

        await exchange.ChangeHistoryAsync(
            $"UPDATE balance SET total = total - 1 WHERE account = {ServedExchange.BobAccount} AND asset = 'AAPL'");
        await exchange.Admin.Operator.Ledger.ReconcileAsync(cancellation: TestContext.Current.CancellationToken);
        Assert.True(_most["quantumcore_reconciliation_findings"] >= 2);
    }

    private long? Last(string name, string symbol)
    {
        _listener.RecordObservableInstruments();
        return _last.TryGetValue((name, symbol), out var value) ? value : null;
    }

    private void Note(
        System.Diagnostics.Metrics.Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _most.AddOrUpdate(instrument.Name, value, (_, most) => Math.Max(most, value));
        if (tags.Length > 0)
        {
            var add = instrument is Counter<long>;
            var labels = string.Join(',', tags.ToArray().Select(tag => tag.Value));
            _last.AddOrUpdate((instrument.Name, labels), value, (_, last) => add ? last + value : value);
        }
    }
}
