using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Alerts;

/// <summary>The stored state of a symbol's price watch.</summary>
[GenerateSerializer]
public sealed class PriceWatchState
{
    /// <summary>Sequence of the book up to which trades were checked.</summary>
    [Id(0)]
    public long Sequence { get; set; }

    /// <summary>The prices. Fired ones stay until their account has stored that.</summary>
    [Id(1)]
    public List<WatchedPrice> Prices { get; set; } = [];
}

/// <summary>
/// The waiting price alerts of one symbol. The symbol's market data grain activates it and hands it the book's records
/// while a price waits. Records that it has missed since its state was written are read from the journal. So no trade
/// is missed, and the first trade that reaches an alert fires it.
/// </summary>
[GrainType("price-watch"), Reentrant, PreferLocalPlacement]
public sealed class PriceWatchGrain(
    [PersistentState("price-watch")] IPersistentState<PriceWatchState> state, IJournalStore journal,
    ILogger<PriceWatchGrain> log)
    : Grain, IPriceWatchGrain
{
    // Maximum number of records that the next activation reads again, besides those of one check.
    private const long SaveAfter = 10_000;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly WaitingPrices _prices = new();
    private readonly List<BookTrade> _trades = [];
    private long _sequence;
    private long _changes;
    private long _savedChanges;
    private Task? _saving;
    private bool _isLost;
    private IGrainTimer? _look;

    private string Symbol => this.GetPrimaryKeyString();

    private string BookStream => "book/" + Symbol;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _sequence = state.State.Sequence;
        foreach (var price in state.State.Prices)
            _prices.Add(price);
        if (_prices.Count > 0)
            KeepLooking(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The write only saves the next activation some reading, so a failure is ignored.
        if (_prices.Count > 0 && _sequence > state.State.Sequence && !_isLost)
            await LogFailureAsync(SaveAsync());
    }

    /// <inheritdoc/>
    public async Task Take(BookBatch batch)
    {
        // Without a waiting price nothing can be missed: the first price comes with its starting sequence.
        if (_prices.Count == 0)
            return;
        if (batch.FirstSequence > _sequence + 1)
            await ReadJournalAsync(batch.FirstSequence - 1, CancellationToken.None);
        for (var i = 0; i < batch.Records.Length; i++)
            Take(batch.FirstSequence + i, batch.Records[i]);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> Watch(WatchedPrice price)
    {
        if (!_prices.Contains(price))
        {
            if (_prices.Count >= PriceAlert.MostOfSymbol)
                return false;

            if (price.AfterSequence < 0)
                price = price with { AfterSequence = await HeadAsync() };
        }

        // Check again, because this may have waited.
        if (!_prices.Contains(price))
        {
            // Trades before this price was added are checked again, which does no harm.
            _sequence = _prices.Count == 0 ? price.AfterSequence : Math.Min(_sequence, price.AfterSequence);
            _prices.Add(price);
            _changes++;
            KeepLooking(s_look);
        }

        await FollowTradesAsync();
        await SaveAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task Forget(long account, ImmutableArray<long> ids)
    {
        // Written with the next check. If the process dies before, the restored alert fires without effect and is
        // forgotten again.
        foreach (var id in ids)
            _changes += _prices.Remove(account, id) ? 1 : 0;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Follow() => _prices.Count > 0 ? LogFailureAsync(FollowTradesAsync()) : Task.CompletedTask;

    private void KeepLooking(TimeSpan first) => _look ??= this.RegisterGrainTimer(
        LookAsync, new GrainTimerCreationOptions { DueTime = first, Period = s_look, Interleave = true });

    /// <summary>Finds lost records, notifies accounts again of what they have not confirmed, and saves.</summary>
    private async Task LookAsync()
    {
        if (_prices.Count > 0)
            await LogFailureAsync(FollowTradesAsync());
        Tell(_prices.All.Where(price => price.FiredNanos > 0));
        if (_changes > _savedChanges || (_prices.Count > 0 && _sequence >= state.State.Sequence + SaveAfter))
            await LogFailureAsync(SaveAsync());
    }

    /// <summary>Subscribes to coming records, and reads past ones.</summary>
    private async Task FollowTradesAsync()
    {
        await GrainFactory.GetGrain<IMarketDataGrain>(Symbol).ForwardTrades();
        await ReadJournalAsync(long.MaxValue, CancellationToken.None);
    }

    private async Task<long> HeadAsync() =>
        (await journal.HeadsAsync(BookStream, CancellationToken.None)).FirstOrDefault(
            head => head.Name == BookStream).Head;

    private async Task ReadJournalAsync(long throughSequence, CancellationToken cancellationToken)
    {
        // Batches may arrive and be processed while this waits, so each record checks whether it is next.
        await foreach (var stored in journal.ReadAsync(BookStream, _sequence + 1, throughSequence, cancellationToken))
            Take(stored.Sequence, BookRecordEncoding.Decode(stored.Body.Span));
    }

    private void Take(long sequence, BookRecord record)
    {
        if (sequence != _sequence + 1)
            return;

        _sequence = sequence;
        if (record is not (OrderAccepted or BookTurn))
            return;

        // Prices of legs are not last prices, and the alerts are for last prices.
        _trades.Clear();
        BookRecordFold.AddTrades(_trades, sequence, record);
        foreach (var trade in _trades)
        {
            if (!trade.IsOfLeg)
                Tell(_prices.Fire(trade.PriceTicks, trade.TimeNanos, sequence));
        }
    }

    /// <summary>Notifies accounts of fired alerts. Not awaited: an account may be waiting for this grain.</summary>
    private void Tell(IEnumerable<WatchedPrice> fired)
    {
        foreach (var ofAccount in fired.GroupBy(price => price.Account))
            _ = GrainFactory.PriceAlerts(ofAccount.Key).Fire(Symbol, [.. ofAccount]);
    }

    /// <summary>Completes when all changes so far are on disk. Concurrent callers share a write.</summary>
    private async Task SaveAsync()
    {
        var wanted = _changes;
        do
        {
            if (_saving is null or { IsCompleted: true })
                _saving = WriteAsync();
            await _saving;
        }
        while (_savedChanges < wanted);
    }

    private async Task WriteAsync()
    {
        var changes = _changes;
        state.State = new PriceWatchState { Sequence = _sequence, Prices = [.. _prices.All] };
        try
        {
            await this.WriteOrDeactivateAsync(state);
        }
        catch
        {
            _isLost = true;
            throw;
        }

        _savedChanges = changes;
    }

    private async Task LogFailureAsync(Task attempt)
    {
        try
        {
            await attempt;
        }
        catch (Exception fault)
        {
            GrainLog.PriceWatchBehind(log, fault, Symbol);
        }
    }
}
