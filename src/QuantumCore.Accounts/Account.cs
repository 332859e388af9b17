using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What an account has of one asset, in minor units.</summary>
/// <param name="Decimals">Digits of the minor unit after the point.</param>
/// <param name="Total">Owned; less than zero is owed, in a margin account alone.</param>
/// <param name="Held">Held for open orders.</param>
public readonly record struct Balance(int Decimals, long Total, long Held)
{
    /// <summary>Total less held; never negative in a cash account.</summary>
    public long Available => Total - Held;
}

/// <summary>
/// An account: balances, and what is held of them for open orders. Pure: it decides and adds, it does not
/// wait, log or look at a clock. Nothing is changed by a check.
/// </summary>
/// <remarks>
/// A cash account holds no more than it has. A margin account may owe: what is held for its orders is only noted, and what it may do is told
/// by its <see cref="MarginFigures"/>.
/// </remarks>
public sealed class Account(AccountId id)
{
    /// <summary>Highest balance of one asset, in minor units.</summary>
    public const long BalanceLimit = 1L << 62;

    /// <summary>Most open orders at a time.</summary>
    public const int OpenOrdersLimit = 100_000;

    private readonly Dictionary<string, Balance> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<long, HeldOrder> _orders = [];
    private readonly Dictionary<(string Symbol, long OrderId), HeldOrder> _entered = new(new ByOrderId());
    private readonly SortedList<string, OpenInterest> _openIn = new(StringComparer.Ordinal);
    private readonly ExpectedReceipts _receipts = new();

    /// <summary>Whose it is.</summary>
    public AccountId Id => id;

    /// <summary>The number of its last order.</summary>
    public long LastNumber { get; private set; }

    /// <summary>Whether it may owe. Changed while nothing is open.</summary>
    public bool IsMargin { get; set; }

    /// <summary>Of its balances what is traded and not settled.</summary>
    public PendingFunds Pending { get; } = new();

    /// <summary>Every asset it ever had, by name, in no sequence.</summary>
    public IReadOnlyDictionary<string, Balance> Balances => _balances;

    /// <summary>Its open orders by number, in no sequence.</summary>
    public IReadOnlyDictionary<long, HeldOrder> Orders => _orders;

    /// <summary>Where changes of its orders are noted; null while nobody follows them.</summary>
    public OrderTrail? Trail { get; set; }

    /// <summary>Symbols with open orders, in their sequence.</summary>
    public IReadOnlyCollection<string> OpenSymbols => [.. _openIn.Keys];

    /// <summary>What its open orders come to in each symbol that has any, in their sequence.</summary>
    public IList<OpenInterest> OpenInterest => _openIn.Values;

    /// <summary>What its open orders in a symbol come to; null when it has none.</summary>
    public OpenInterest? OpenIn(string symbol) => _openIn.GetValueOrDefault(symbol);

    /// <summary>The balance of an asset; nothing of one it never had.</summary>
    public Balance Of(Asset asset) => _balances.GetValueOrDefault(asset.Name, new Balance(asset.Decimals, 0, 0));

    /// <summary>What is settled of an asset, minor units: its total less what is pending. Below zero a margin account has borrowed it.</summary>
    public long SettledOf(string asset) => _balances.GetValueOrDefault(asset).Total - Pending.SumOf(asset);

    /// <summary>A part of what was pending has settled: the total stays.</summary>
    /// <param name="asset">The asset's name.</param>
    /// <param name="term">When it was traded.</param>
    /// <param name="amount">Minor units: received, or less than zero: given.</param>
    public void Settle(string asset, in SettlementTerm term, long amount) => Pending.Add(asset, term, -amount);

    /// <summary>Checks that an amount can come in, with room left for what open orders are to receive.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="promised">Minor units that may come back, for which there must be room as well.</param>
    public RejectReason CheckDeposit(Asset asset, long amount, Int128 promised = default) =>
        amount > 0 && HasRoom(asset, promised + amount) ? RejectReason.None : RejectReason.Overflow;

    /// <summary>Checks that there is room for what an order is to receive, beside the balance and what other open orders are to receive.</summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy receives base, a sell quote.</param>
    /// <param name="priceTicks">Its limit, or the worst price it may trade at.</param>
    /// <param name="quantityLots">Its quantity.</param>
    /// <param name="promised">Minor units of what it receives that may come back, for which there must be room as well.</param>
    public RejectReason CheckReceipt(Instrument instrument, Side side, long priceTicks, long quantityLots, Int128 promised = default)
    {
        var (asset, amount) = ExpectedReceipts.Of(instrument, side, priceTicks, quantityLots);
        return HasRoom(asset, promised + amount) ? RejectReason.None : RejectReason.Overflow;
    }

    /// <summary>Takes in an amount that was checked.</summary>
    public void Deposit(Asset asset, long amount) => Add(asset, amount, 0);

    /// <summary>Whether an amount can leave: only what is not held.</summary>
    public RejectReason CheckGive(Asset asset, long amount) =>
        amount > 0 && amount <= Of(asset).Available ? RejectReason.None : RejectReason.InsufficientFunds;

    /// <summary>Gives away an amount that was checked.</summary>
    public void Give(Asset asset, long amount) => Add(asset, -amount, 0);

    /// <summary>Takes in an amount that others decided, or less than zero: gives it away, whatever there is.</summary>
    public void Move(Asset asset, long amount) => Add(asset, amount, 0);

    /// <summary>
    /// Whether an order can be covered, and by how much: the need of the whole order, or for a replacement what
    /// it needs beyond the hold of the order it replaces.
    /// </summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy holds quote, a sell base.</param>
    /// <param name="priceTicks">Its limit, or the worst price it may trade at.</param>
    /// <param name="quantityLots">Its quantity.</param>
    /// <param name="replacesNumber">The order it replaces; 0 for none.</param>
    /// <param name="fees">What it pays.</param>
    /// <param name="amount">Minor units to hold.</param>
    public RejectReason CheckHold(
        Instrument instrument, Side side, long priceTicks, long quantityLots, long replacesNumber, FeeTerms fees, out long amount)
    {
        amount = 0;
        if (_orders.Count >= OpenOrdersLimit)
        {
            return RejectReason.TooManyOrders;
        }

        var need = HoldRule.Hold(instrument, priceTicks, quantityLots, new OrderFees(side, fees));
        var already = replacesNumber == 0 ? 0 : _orders[replacesNumber].Held;
        return CheckHold(instrument, side, Math.Max(0, need - already), out amount);
    }

    /// <summary>Whether an amount can be held for an order.</summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy holds quote, a sell base.</param>
    /// <param name="need">Minor units.</param>
    /// <param name="amount">The same, for the record.</param>
    public RejectReason CheckHold(Instrument instrument, Side side, long need, out long amount)
    {
        amount = need;
        if (_orders.Count >= OpenOrdersLimit)
        {
            return RejectReason.TooManyOrders;
        }

        var balance = Of(side == Side.Buy ? instrument.Quote : instrument.Base);
        if (IsMargin)
        {
            return amount <= BalanceLimit - balance.Held ? RejectReason.None : RejectReason.Overflow;
        }

        if (amount <= balance.Available)
        {
            return RejectReason.None;
        }

        return side == Side.Buy ? RejectReason.InsufficientFunds : RejectReason.ShortNotAllowed;
    }

    /// <summary>Holds an amount that was checked. Numbers count up without a gap.</summary>
    public void Hold(HeldOrder order)
    {
        if (order.Number != LastNumber + 1)
        {
            throw new InvalidOperationException($"{id}: hold of number {order.Number} after {LastNumber}.");
        }

        LastNumber = order.Number;
        AddOpen(order);
    }

    /// <summary>The order entered the book.</summary>
    public void Entered(long number, long orderId)
    {
        var order = _orders[number];
        order.OrderId = orderId;
        Trail?.Note(number);
        _entered.Add((order.Instrument.Symbol, orderId), order);
    }

    /// <summary>An open order by its public id; null when there is none here.</summary>
    public HeldOrder? Find(string symbol, long orderId) => _entered.GetValueOrDefault((symbol, orderId));

    /// <summary>One side of a trade: money and units move, out of the hold.</summary>
    /// <param name="number">The order.</param>
    /// <param name="priceTicks">At which price.</param>
    /// <param name="quantityLots">How many.</param>
    /// <param name="fee">Its fee, quote minor units.</param>
    /// <param name="ratePpm">The rate of the fee, millionths; a margin account asks for it.</param>
    /// <param name="tradeDay">Number of the UTC day of the trade; asked for where it does not settle at once.</param>
    /// <exception cref="InvalidOperationException">The hold does not cover it: never to be repaired silently.</exception>
    public void Fill(long number, long priceTicks, long quantityLots, long fee, int ratePpm = 0, long tradeDay = 0)
    {
        var order = _orders[number];
        var instrument = order.Instrument;
        var notional = (long)instrument.Notional(priceTicks, quantityLots);
        var units = checked(quantityLots * instrument.LotUnits);
        var spent = order.Side == Side.Buy ? checked(notional + fee) : units;
        if (spent > order.Held || quantityLots > order.LeavesLots)
        {
            throw new InvalidOperationException(
                $"{id}#{number}: a fill of {quantityLots} lots for {spent} exceeds {order.LeavesLots} lots or the hold of {order.Held}.");
        }

        var paid = IsMargin ? order.Paid.After(notional, ratePpm) : order.Paid;
        Change(order, order.QuantityLots, order.FilledLots + quantityLots, order.Held - spent, paid);
        var (receives, received) = order.Side == Side.Buy ? (instrument.Base, units) : (instrument.Quote, notional - fee);
        Add(order.HeldAsset, -spent, -spent);
        Add(receives, received, 0);
        if (instrument.SettlementDays > 0)
        {
            var term = new SettlementTerm(instrument.SettlementVenue, tradeDay, instrument.SettlementDays);
            Pending.Add(order.HeldAsset.Name, term, -spent);
            Pending.Add(receives.Name, term, received);
        }
    }

    /// <summary>
    /// One side of a trade that is changed after the fact: money and units move, whatever there is and whatever is held. Orders stay what they are.
    /// </summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy receives base and pays quote.</param>
    /// <param name="priceTicks">At which price.</param>
    /// <param name="quantityLots">How many.</param>
    /// <param name="fee">What is paid on top of it, quote minor units; less than zero: received.</param>
    /// <param name="day">Number of the UTC day of the change; asked for where it does not settle at once.</param>
    public void Exchange(Instrument instrument, Side side, long priceTicks, long quantityLots, long fee, long day)
    {
        var sign = side == Side.Buy ? 1 : -1;
        var units = checked(sign * quantityLots * instrument.LotUnits);
        var cash = checked((-sign * (long)instrument.Notional(priceTicks, quantityLots)) - fee);
        Add(instrument.Base, units, 0);
        Add(instrument.Quote, cash, 0);
        if (instrument.SettlementDays > 0)
        {
            var term = new SettlementTerm(instrument.SettlementVenue, day, instrument.SettlementDays);
            Pending.Add(instrument.Base.Name, term, units);
            Pending.Add(instrument.Quote.Name, term, cash);
        }
    }

    /// <summary>The order became smaller in place.</summary>
    public void Reduced(long number, long totalLots, long holdAfter)
    {
        Resize(number, totalLots);
        ShrinkHold(number, holdAfter);
    }

    /// <summary>
    /// The replacement takes over what is held for the order it replaces, which is gone. Where that was adjusted by a corporate action, and it is folded before
    /// the replacement that was decided without it, what came free is held again.
    /// </summary>
    public void Replaced(long oldNumber, long newNumber)
    {
        if (_orders.TryGetValue(oldNumber, out var old))
        {
            var order = _orders[newNumber];
            Change(order, order.QuantityLots, order.FilledLots, order.Held + old.Held, order.Paid);
            Drop(old);
            var need = HoldRule.Hold(order.Instrument, order.PriceTicks, order.QuantityLots, order.Paid);
            TakeFromRivals(order, need - order.Held);
            SetHold(newNumber, Math.Max(order.Held, need));
        }
    }

    /// <summary>An order entered its book by a turn: what is held for it from then on.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="orderId">Its public id.</param>
    /// <param name="standing">How it stands there.</param>
    /// <param name="hold">What is held for it from then on.</param>
    public void Opened(long number, long orderId, in OrderStanding standing, long hold)
    {
        Entered(number, orderId);
        var order = _orders[number];
        order.Standing = standing;
        TakeFromRivals(order, hold - order.Held - Math.Max(0, Of(order.HeldAsset).Available));
        SetHold(number, hold);
    }

    /// <summary>An order stands in another way in its book.</summary>
    public void Stands(long number, in OrderStanding standing)
    {
        _orders[number].Standing = standing;
        Trail?.Note(number);
    }

    // Others that were to replace the same order never enter now. What they kept of it, one of them for all, is for who came first.
    private void TakeFromRivals(HeldOrder order, long missing)
    {
        if (missing <= 0 || order.ReplacesNumber == 0)
        {
            return;
        }

        foreach (var rival in _orders.Values
            .Where(other => other.OrderId == 0 && other.ReplacesNumber == order.ReplacesNumber && other != order).OrderBy(other => other.Number).ToArray())
        {
            var taken = Math.Min(missing, rival.Held);
            SetHold(rival.Number, rival.Held - taken);
            SetHold(order.Number, order.Held + taken);
            missing -= taken;
        }
    }

    /// <summary>
    /// What stays held for an order after the book's record: never more than what was left of its hold. A
    /// finished order is gone.
    /// </summary>
    /// <exception cref="InvalidOperationException">The hold would grow: never to be repaired silently.</exception>
    public void ShrinkHold(long number, long holdAfter)
    {
        var order = _orders[number];
        if (holdAfter > order.Held)
        {
            throw new InvalidOperationException(
                $"{id}#{number}: the book leaves a hold of {holdAfter}, there is {order.Held}.");
        }

        SetHold(number, holdAfter);
        if (order.LeavesLots == 0)
        {
            Drop(order);
        }
    }

    /// <summary>
    /// The order's total after the book's record: smaller by an amendment or by self-trade prevention, larger for an
    /// order by amount, whose total is what it trades.
    /// </summary>
    public void Resize(long number, long totalLots)
    {
        var order = _orders[number];
        Change(order, totalLots, order.FilledLots, order.Held, order.Paid);
    }

    /// <summary>What an order carries beyond a plain one changed in its book.</summary>
    public void Amended(long number, long priceTicks, OrderConditions? conditions)
    {
        var order = _orders[number];
        order.Interest?.Remove(order);
        order.PriceTicks = priceTicks;
        order.Conditions = conditions;
        order.Interest?.Add(order);
        Trail?.Note(number);
    }

    /// <summary>
    /// A corporate action changed the order in its book. What a sell holds grows with its lots, and the units for that come with the account's own part of
    /// the action: until then more may be held than is there, and nothing of it is free.
    /// </summary>
    /// <param name="number">The order.</param>
    /// <param name="priceTicks">Its limit or worst price now.</param>
    /// <param name="lots">Lots that came to its total.</param>
    /// <param name="hold">What stays held for it.</param>
    /// <param name="adjustment">What became of prices and lots.</param>
    public void Adjusted(long number, long priceTicks, long lots, long hold, in OrderAdjustment adjustment)
    {
        var order = _orders[number];
        order.Interest?.Remove(order);
        order.PriceTicks = priceTicks;
        order.Standing = order.Standing with { PriceTicks = adjustment.PriceOf(order.Side, order.Standing.PriceTicks) };
        order.QuantityLots += lots;
        order.Conditions = adjustment.Of(order.Side, order.Conditions, order.QuantityLots);
        order.Interest?.Add(order);
        SetHold(number, hold);
    }

    /// <summary>Orders of a book that are on their way to replace others, by number, each with what is held for the other one now.</summary>
    public IReadOnlyList<(HeldOrder Replacement, long Held)> Replacing(string symbol) =>
    [
        .. _orders.Values
            .Where(order => order is { OrderId: 0, ReplacesNumber: not 0 } && order.Instrument.Symbol == symbol && _orders.ContainsKey(order.ReplacesNumber))
            .OrderBy(order => order.Number)
            .Select(order => (order, _orders[order.ReplacesNumber].Held)),
    ];

    /// <summary>
    /// Of what an adjustment made free of an order, what is to replace it keeps what it had counted on: it holds only what it needs beyond the other one, and its
    /// book may take it yet. One that was decided after the adjustment counted on nothing of that.
    /// </summary>
    /// <param name="replacing">What <see cref="Replacing"/> gave before the adjustment.</param>
    public void KeepForReplacements(IReadOnlyList<(HeldOrder Replacement, long Held)> replacing)
    {
        var free = new Dictionary<long, long>();
        foreach (var (order, before) in replacing)
        {
            if (!_orders.TryGetValue(order.ReplacesNumber, out var old))
            {
                continue;
            }

            var left = free.GetValueOrDefault(old.Number, before - old.Held);
            var need = HoldRule.Hold(order.Instrument, order.PriceTicks, order.QuantityLots, order.Paid);
            var kept = Math.Clamp(need - order.Held - old.Held, 0, Math.Max(0, left));
            free[old.Number] = left - kept;
            SetHold(order.Number, order.Held + kept);
        }
    }

    /// <summary>
    /// What is held for an order within a turn of its book. It may grow where another order's hold became free, or
    /// what a parent bought pays for its child; <see cref="RequireCover(Instrument, Func{string, bool})"/> checks the whole.
    /// </summary>
    public void SetHold(long number, long hold)
    {
        var order = _orders[number];
        Add(order.HeldAsset, 0, hold - order.Held);
        Change(order, order.QuantityLots, order.FilledLots, hold, order.Paid);
    }

    /// <summary>After a turn nothing is held that is not there.</summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="mayLack">Of which asset less may be there for now.</param>
    /// <exception cref="InvalidOperationException">More is held of an asset than there is: never to be repaired silently.</exception>
    public void RequireCover(Instrument instrument, Func<string, bool> mayLack)
    {
        RequireCover(instrument.Quote.Name, Of(instrument.Quote), mayLack);
        RequireCover(instrument.Base.Name, Of(instrument.Base), mayLack);
    }

    /// <summary>Of no asset more is held than there is.</summary>
    /// <param name="mayLack">Of which asset less may be there for now.</param>
    /// <exception cref="InvalidOperationException">There is: never to be repaired silently.</exception>
    public void RequireCover(Func<string, bool> mayLack)
    {
        foreach (var (asset, balance) in _balances)
        {
            RequireCover(asset, balance, mayLack);
        }
    }

    private void RequireCover(string asset, in Balance balance, Func<string, bool> mayLack)
    {
        if (!IsMargin && balance.Available < 0 && !mayLack(asset))
        {
            throw new InvalidOperationException($"{id}: more {asset} is held than there is.");
        }
    }

    /// <summary>The order ended, or never entered the book: its hold is free again. Unknown numbers are no error.</summary>
    public void Release(long number)
    {
        if (_orders.TryGetValue(number, out var order))
        {
            Add(order.HeldAsset, 0, -order.Held);
            Drop(order);
        }
    }

    /// <summary>Everything of one symbol up to a number ended in its book, arrived or not.</summary>
    public void ReleaseUpTo(string symbol, long floor)
    {
        foreach (var number in _orders
            .Where(pair => pair.Key <= floor && pair.Value.Instrument.Symbol == symbol)
            .Select(pair => pair.Key)
            .ToArray())
        {
            Release(number);
        }
    }

    /// <summary>State from a snapshot; what it held is counted again from its orders.</summary>
    public void Restore(long lastNumber, IEnumerable<(Asset Asset, long Total)> totals, IEnumerable<HeldOrder> orders)
    {
        LastNumber = lastNumber;
        foreach (var (asset, total) in totals)
        {
            Add(asset, total, 0);
        }

        foreach (var order in orders)
        {
            AddOpen(order);
            if (order.OrderId != 0)
            {
                _entered.Add((order.Instrument.Symbol, order.OrderId), order);
            }
        }
    }

    private bool HasRoom(Asset asset, Int128 amount) => Of(asset).Total + _receipts.Of(asset.Name) + amount <= BalanceLimit;

    private void AddOpen(HeldOrder order)
    {
        _orders.Add(order.Number, order);
        Trail?.Note(order.Number);
        var symbol = order.Instrument.Symbol;
        if (!_openIn.TryGetValue(symbol, out var open))
        {
            _openIn.Add(symbol, open = new OpenInterest(order.Instrument, IsMargin, _receipts));
        }

        if (IsMargin)
        {
            // What it may come to have is told by its assets.
            Add(order.Instrument.Base, 0, 0);
        }

        order.Interest = open;
        open.Add(order);
        Add(order.HeldAsset, 0, order.Held);
    }

    // What an open order comes to changes here alone, so that the sums of its symbol are right.
    private void Change(HeldOrder order, long quantityLots, long filledLots, long held, in OrderFees paid)
    {
        order.Interest?.Remove(order);
        (order.QuantityLots, order.FilledLots, order.Held, order.Paid) = (quantityLots, filledLots, held, paid);
        order.Interest?.Add(order);
        Trail?.Note(order.Number);
    }

    private void Drop(HeldOrder order)
    {
        var symbol = order.Instrument.Symbol;
        _orders.Remove(order.Number);
        Trail?.Note(order.Number);
        _entered.Remove((symbol, order.OrderId));
        order.Interest?.Remove(order);
        if (order.Interest is null or { Orders: 0 })
        {
            _openIn.Remove(symbol);
        }
    }

    private void Add(Asset asset, long total, long held)
    {
        ref var balance = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, asset.Name, out var isThere);
        var before = isThere ? balance : new Balance(asset.Decimals, 0, 0);
        balance = new Balance(before.Decimals, checked(before.Total + total), checked(before.Held + held));
    }

    // Ids are unique in a book, and few accounts trade in many: the name would be hashed for each fill to tell nothing.
    private sealed class ByOrderId : IEqualityComparer<(string Symbol, long OrderId)>
    {
        public bool Equals((string Symbol, long OrderId) x, (string Symbol, long OrderId) y) =>
            x.OrderId == y.OrderId && x.Symbol == y.Symbol;

        public int GetHashCode((string Symbol, long OrderId) key) => key.OrderId.GetHashCode();
    }
}
