using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Streams;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Alerts;

/// <summary>A price that the owner of an account waits for.</summary>
/// <param name="Id">Its number; no earlier process gave it to another one.</param>
/// <param name="Instrument">Of which instrument.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">Whether a trade there or above is waited for; otherwise there or below.</param>
/// <param name="MadeNanos">When it was set, Unix nanoseconds.</param>
/// <param name="AfterSequence">The book's sequence when it was set: what was traded up to then is not what it waits for. 0 where it could not be told.</param>
/// <param name="FiredTicks">The price that it fired at, in ticks; 0 while it waits.</param>
/// <param name="FiredNanos">When it fired, Unix nanoseconds; 0 while it waits.</param>
internal sealed record PriceAlert(
    long Id, Instrument Instrument, long PriceTicks, bool IsAbove, long MadeNanos, long AfterSequence, long FiredTicks = 0, long FiredNanos = 0)
{
    /// <summary>Whether somebody is to be told.</summary>
    public bool HasFired => FiredNanos > 0;
}

/// <summary>
/// Prices that people wait for, watched whether a page of theirs is open or not. Each fires once, at the first trade that is there or
/// beyond and is a last price, and stays, fired, until its owner takes it away: who opens a page later is told, too. This process keeps them in memory.
/// </summary>
internal sealed class PriceAlerts(BookFeeds feeds, IGrainFactory grains, TimeProvider time, ILogger<PriceAlerts> log)
{
    /// <summary>Alerts of one account. Where there is no room, the oldest that has fired makes it.</summary>
    public const int MostOfOne = 50;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Owned> _accounts = [];
    private readonly Dictionary<string, Watch> _watches = new(StringComparer.Ordinal);
    private readonly GrainCalls _calls = new(log);

    // A program that has not heard of a restart would take away another alert, if numbers began anew: they begin where no earlier process got to.
    private long _lastId = time.UnixNanos() / 1_000_000;
    private int _count;

    /// <summary>Alerts of all accounts.</summary>
    public int MostOfAll { get; init; } = 100_000;

    /// <summary>When this process began to keep alerts, Unix nanoseconds: those of an earlier one are gone.</summary>
    public long SinceNanos { get; } = time.UnixNanos();

    private long NowNanos => time.UnixNanos();

    /// <summary>The alerts of an account, the oldest first.</summary>
    public PriceAlert[] Of(long account)
    {
        lock (_lock)
            return _accounts.TryGetValue(account, out var owned) ? [.. owned.Alerts.Values] : [];
    }

    /// <summary>Sets an alert; the same one again gives the one there is. One that fires at once is given as it is then.</summary>
    /// <param name="account">Whose it is.</param>
    /// <param name="instrument">Of which instrument.</param>
    /// <param name="priceTicks">The price, in ticks.</param>
    /// <param name="isAbove">Whether it fires there or above, or there or below; null: whichever is away from the last price.</param>
    public async ValueTask<(Refusal? Refusal, PriceAlert? Alert)> Add(long account, Instrument instrument, long priceTicks, bool? isAbove)
    {
        // With its side given it is set without the price, too.
        var (failure, last, sequence) = await LastPrice(instrument);
        if (isAbove is null)
        {
            if (failure != RejectReason.None)
                return (new Refusal(failure), null);
            if (last == 0)
                return (new Refusal(RejectReason.NoReference, "price", null, "There is no price yet that it could move away from."), null);
            if (last == priceTicks)
                return (Refusal.Malformed("price", "That is the price now."), null);
            isAbove = priceTicks > last;
        }

        Refusal? refusal;
        PriceAlert? alert;
        Watch watch;
        lock (_lock)
        {
            (refusal, alert, watch) = Insert(account, instrument, priceTicks, isAbove.Value, sequence);
        }

        if (alert is null)
            return (refusal, null);

        // What was traded since the price was read, and before the feed is heard, is in the last price.
        feeds.Of(instrument).Join(watch);
        await watch.Look();
        Tell(account);
        lock (_lock)
            return (null, _accounts.GetValueOrDefault(account)?.Alerts.GetValueOrDefault(alert.Id) ?? alert);
    }

    /// <summary>Takes an alert away, fired or not; false when the account has none of this number.</summary>
    public bool Remove(long account, long id)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(account, out var owned) || !owned.Alerts.TryGetValue(id, out var alert))
                return false;
            Drop(owned, alert);
        }

        Tell(account);
        return true;
    }

    /// <summary>Has somebody called, at once and from any thread, whenever the alerts of an account change. It must not call back.</summary>
    public void Follow(long account, Action changed)
    {
        lock (_lock)
            OwnedBy(account).Listeners.Add(changed);
    }

    /// <summary>Has somebody called no more.</summary>
    public void Unfollow(long account, Action changed)
    {
        lock (_lock)
        {
            var owned = OwnedBy(account);
            owned.Listeners.Remove(changed);
            Forget(account, owned);
        }
    }

    /// <summary>The last price of a book, in ticks, 0 for none, and the sequence that it has it at.</summary>
    private async ValueTask<(RejectReason Failure, long Ticks, long Sequence)> LastPrice(Instrument instrument)
    {
        var book = grains.GetGrain<IOrderBookGrain>(instrument.BookKey);
        var answer = await _calls.Ask("State", 0, () => book.State(instrument.Symbol));
        return answer.Failure == RejectReason.None ? (RejectReason.None, answer.Value.LastPriceTicks, answer.Value.Sequence) : (answer.Failure, 0, 0);
    }

    private (Refusal? Refusal, PriceAlert? Alert, Watch Watch) Insert(long account, Instrument instrument, long priceTicks, bool isAbove, long sequence)
    {
        var watch = _watches.TryGetValue(instrument.Symbol, out var known) ? known : new Watch(this, instrument);
        var owned = OwnedBy(account);
        var same = owned.Alerts.Values.FirstOrDefault(alert =>
            !alert.HasFired && alert.Instrument.Symbol == instrument.Symbol && alert.PriceTicks == priceTicks && alert.IsAbove == isAbove);
        if (same is not null)
            return (null, same, watch);

        if (owned.Alerts.Count >= MostOfOne && owned.Alerts.Values.FirstOrDefault(alert => alert.HasFired) is { } oldest)
            Drop(owned, oldest);
        if (owned.Alerts.Count >= MostOfOne || _count >= MostOfAll)
        {
            // Who has few is not told that they are too many.
            var refusal = owned.Alerts.Count >= MostOfOne
                ? new Refusal(RejectReason.Forbidden, null, $"{MostOfOne}", "So many alerts an account may have.")
                : new Refusal(RejectReason.Forbidden, null, null, "The exchange has no room for more alerts now.");
            Forget(account, owned);
            return (refusal, null, watch);
        }

        var made = new PriceAlert(++_lastId, instrument, priceTicks, isAbove, NowNanos, sequence);
        _watches[instrument.Symbol] = watch;
        watch.Add(account, made);
        owned.Alerts.Add(made.Id, made);
        _count++;
        return (null, made, watch);
    }

    private Owned OwnedBy(long account)
    {
        if (!_accounts.TryGetValue(account, out var owned))
            _accounts.Add(account, owned = new Owned());
        return owned;
    }

    private void Drop(Owned owned, PriceAlert alert)
    {
        owned.Alerts.Remove(alert.Id);
        _count--;
        if (!alert.HasFired && _watches.TryGetValue(alert.Instrument.Symbol, out var watch))
            watch.Remove(alert);
    }

    /// <summary>An account without alerts that nobody follows takes no room.</summary>
    private void Forget(long account, Owned owned)
    {
        if (owned.Alerts.Count == 0 && owned.Listeners.Count == 0)
            _accounts.Remove(account);
    }

    /// <summary>Tells who follows an account. Not under the lock: they have locks of their own.</summary>
    private void Tell(long account)
    {
        Action[] listeners;
        lock (_lock)
        {
            var owned = OwnedBy(account);
            listeners = [.. owned.Listeners];
            Forget(account, owned);
        }

        foreach (var listener in listeners)
            listener();
    }

    /// <summary>A price was traded: what waited for it since the sequence, or longer, has fired.</summary>
    private void Fire(Watch watch, long ticks, long nanos, long sequence)
    {
        List<long> accounts = [];
        lock (_lock)
        {
            foreach (var (account, id) in watch.TakeReached(ticks, sequence))
            {
                var alerts = _accounts[account].Alerts;
                alerts[id] = alerts[id] with { FiredTicks = ticks, FiredNanos = nanos };
                accounts.Add(account);
            }
        }

        foreach (var account in accounts)
            Tell(account);
    }

    /// <summary>A symbol that nobody waits for is followed no more.</summary>
    private void Rest(Watch watch)
    {
        lock (_lock)
        {
            if (!watch.IsEmpty)
                return;
            if (_watches.GetValueOrDefault(watch.Instrument.Symbol) == watch)
                _watches.Remove(watch.Instrument.Symbol);
        }

        feeds.Of(watch.Instrument).Leave(watch);
    }

    /// <summary>What one account waits for, and who is told.</summary>
    private sealed class Owned
    {
        /// <summary>By number, and so by age.</summary>
        public SortedDictionary<long, PriceAlert> Alerts { get; } = [];

        public List<Action> Listeners { get; } = [];
    }

    /// <summary>What is waited for in one symbol, by price: a trade costs the same however many wait. Under the lock of all alerts.</summary>
    private sealed class Watch(PriceAlerts alerts, Instrument instrument) : IUpdateReader
    {
        private readonly SortedSet<(long Ticks, long Id, long Account, long AfterSequence)> _above = [];
        private readonly SortedSet<(long Ticks, long Id, long Account, long AfterSequence)> _below = [];

        public Instrument Instrument => instrument;

        public bool IsEmpty => _above.Count + _below.Count == 0;

        public void Add(long account, PriceAlert alert) =>
            (alert.IsAbove ? _above : _below).Add((alert.PriceTicks, alert.Id, account, alert.AfterSequence));

        public void Remove(PriceAlert alert) => (alert.IsAbove ? _above : _below).RemoveWhere(waiting => waiting.Id == alert.Id);

        public List<(long Account, long Id)> TakeReached(long ticks, long sequence)
        {
            List<(long Ticks, long Id, long Account, long AfterSequence)> reached = [];
            if (_above.Count > 0 && _above.Min.Ticks <= ticks)
                reached.AddRange(_above.TakeWhile(waiting => waiting.Ticks <= ticks).Where(waiting => waiting.AfterSequence <= sequence));
            if (_below.Count > 0 && _below.Max.Ticks >= ticks)
                reached.AddRange(_below.Reverse().TakeWhile(waiting => waiting.Ticks >= ticks).Where(waiting => waiting.AfterSequence <= sequence));
            foreach (var waiting in reached)
            {
                if (!_above.Remove(waiting))
                    _below.Remove(waiting);
            }

            return reached.ConvertAll(static waiting => (waiting.Account, waiting.Id));
        }

        /// <inheritdoc/>
        public void Offer(MarketUpdate update)
        {
            // Those of legs are no last prices, which is what was asked for. An alert may be set before the feed tells what the book has traded by then.
            foreach (var trade in update.Trades.Where(static trade => !trade.IsOfLeg))
                alerts.Fire(this, trade.PriceTicks, trade.TimeNanos, trade.Sequence - 1);

            // A snapshot follows on nothing: what was traded before it is not in it, but the last price is. The feed is not called from here.
            if (update.IsSnapshot)
                _ = Look();
            else if (IsEmpty)
                ThreadPool.QueueUserWorkItem(static watch => watch.Rest(), this, preferLocal: false);
        }

        /// <summary>Takes the last price as traded now.</summary>
        public async Task Look()
        {
            if (await alerts.LastPrice(instrument) is (RejectReason.None, > 0 and var ticks, var sequence))
                alerts.Fire(this, ticks, alerts.NowNanos, sequence);
        }

        private void Rest() => alerts.Rest(this);
    }
}
