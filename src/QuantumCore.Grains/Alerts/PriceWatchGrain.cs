using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Grains.Storage;
using QuantumCore.Journal;
using QuantumCore.MarketData;

namespace QuantumCore.Grains.Alerts;

/// <summary>The stored state of the prices that are waited for in a symbol.</summary>
[GenerateSerializer]
public sealed class PriceWatchState
{
    /// <summary>Sequence of the book up to which trades have been looked at.</summary>
    [Id(0)]
    public long Sequence { get; set; }

    /// <summary>The prices. Those that have fired stay until their account has put that on disk.</summary>
    [Id(1)]
    public List<WatchedPrice> Prices { get; set; } = [];
}

/// <summary>
/// The prices that accounts wait for in one symbol. The symbol's market data wakes it, and hands it the book's records while a
/// price is waited for. Records since its state was written that it has not seen it reads from the journal, so that no trade is
/// missed and each alert fires by the first that reaches it.
/// </summary>
[GrainType("price-watch"), Reentrant, PreferLocalPlacement]
public sealed class PriceWatchGrain(
    [PersistentState("price-watch")] IPersistentState<PriceWatchState> state, IJournalStore journal, ILogger<PriceWatchGrain> log)
    : Grain, IPriceWatchGrain
{
    // Records that the next activation reads again at most, beside those of one look.
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
        // Only to spare the next activation the reading; a state that was not written is not worth a failure.
        if (_prices.Count > 0 && _sequence > state.State.Sequence && !_isLost)
            await LogFailureAsync(SaveAsync());
    }

    /// <inheritdoc/>
    public async Task Take(BookBatch batch)
    {
        // While no price is waited for nothing can be missed: the first one brings the sequence that it starts from.
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

        // Again, since this may have waited.
        if (!_prices.Contains(price))
        {
            // Trades before this price was there are looked at again: twice does no harm.
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
        // On disk with the next look: one that comes back from there fires for nobody, and is forgotten again.
        foreach (var id in ids)
            _changes += _prices.Remove(account, id) ? 1 : 0;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task Follow() => _prices.Count > 0 ? LogFailureAsync(FollowTradesAsync()) : Task.CompletedTask;

    private void KeepLooking(TimeSpan first) => _look ??= this.RegisterGrainTimer(
        LookAsync, new GrainTimerCreationOptions { DueTime = first, Period = s_look, Interleave = true });

    /// <summary>Finds what the stream has lost, tells accounts again what they have not confirmed, and saves.</summary>
    private async Task LookAsync()
    {
        if (_prices.Count > 0)
            await LogFailureAsync(FollowTradesAsync());
        Tell(_prices.All.Where(price => price.FiredNanos > 0));
        if (_changes > _savedChanges || (_prices.Count > 0 && _sequence >= state.State.Sequence + SaveAfter))
            await LogFailureAsync(SaveAsync());
    }

    /// <summary>Has the records to come sent here, and reads those that have been.</summary>
    private async Task FollowTradesAsync()
    {
        await GrainFactory.GetGrain<IMarketDataGrain>(Symbol).ForwardTrades();
        await ReadJournalAsync(long.MaxValue, CancellationToken.None);
    }

    private async Task<long> HeadAsync() =>
        (await journal.HeadsAsync(BookStream, CancellationToken.None)).FirstOrDefault(head => head.Name == BookStream).Head;

    private async Task ReadJournalAsync(long throughSequence, CancellationToken cancellationToken)
    {
        // Batches may arrive and be taken while this waits: each record asks for its own turn.
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

        // Prices of legs are no last prices, which is what was asked for.
        _trades.Clear();
        BookRecordFold.AddTrades(_trades, sequence, record);
        foreach (var trade in _trades)
        {
            if (!trade.IsOfLeg)
                Tell(_prices.Fire(trade.PriceTicks, trade.TimeNanos, sequence));
        }
    }

    /// <summary>Tells accounts what has fired. Not awaited: an account may be waiting for this grain.</summary>
    private void Tell(IEnumerable<WatchedPrice> fired)
    {
        foreach (var ofAccount in fired.GroupBy(price => price.Account))
            _ = GrainFactory.PriceAlerts(ofAccount.Key).Fire(Symbol, [.. ofAccount]);
    }

    /// <summary>Completes when all that has changed until now is on disk. Many who wait share a write.</summary>
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
