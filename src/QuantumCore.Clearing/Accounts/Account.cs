using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Balance of an account in one asset, in minor units.</summary>
/// <param name="Decimals">Decimal places of the minor unit.</param>
/// <param name="Total">Owned; negative if owed, which only a margin account may.</param>
/// <param name="Held">Held for open orders.</param>
public readonly record struct Balance(int Decimals, long Total, long Held)
{
    /// <summary>Available balance: total less held; never negative in a cash account.</summary>
    public long Available => Total - Held;
}

/// <summary>
/// An account: its balances, and what is held of them for open orders. It is pure: it decides and computes, but does
/// not wait, log or read a clock. Checks change nothing.
/// </summary>
/// <remarks>
/// A cash account holds no more than it has. A margin account may owe: holds for its orders are only noted, and its
/// <see cref="MarginFigures"/> limit it.
/// </remarks>
public sealed class Account(AccountId id)
{
    /// <summary>Highest balance of one asset, in minor units.</summary>
    public const long BalanceLimit = 1L << 62;

    /// <summary>Maximum number of open orders at a time.</summary>
    public const int OpenOrdersLimit = 100_000;

    private readonly Dictionary<string, Balance> _balances = new(StringComparer.Ordinal);
    private readonly Dictionary<long, HeldOrder> _orders = [];
    private readonly Dictionary<(string Symbol, long OrderId), HeldOrder> _entered = new(new ByOrderId());
    private readonly SortedList<string, OpenInterest> _openIn = new(StringComparer.Ordinal);
    private readonly ExpectedReceipts _receipts = new();

    /// <summary>The account's number.</summary>
    public AccountId Id => id;

    /// <summary>Number of its last order.</summary>
    public long LastNumber { get; private set; }

    /// <summary>True for a margin account, which may owe. Changes only while nothing is open.</summary>
    public bool IsMargin { get; set; }

    /// <summary>Traded amounts that are not settled yet.</summary>
    public PendingFunds Pending { get; } = new();

    /// <summary>Balances of every asset it ever had, by name, unsorted.</summary>
    public IReadOnlyDictionary<string, Balance> Balances => _balances;

    /// <summary>Its open orders by number, unsorted.</summary>
    public IReadOnlyDictionary<long, HeldOrder> Orders => _orders;

    /// <summary>Log of order changes; null while nobody follows them.</summary>
    public OrderTrail? Trail { get; set; }

    /// <summary>Symbols with open orders, sorted.</summary>
    public IReadOnlyCollection<string> OpenSymbols => [.. _openIn.Keys];

    /// <summary>Open interest in each symbol with open orders, sorted by symbol.</summary>
    public IList<OpenInterest> OpenInterest => _openIn.Values;

    /// <summary>Returns the open interest in a symbol, or null if it has no open orders there.</summary>
    public OpenInterest? OpenIn(string symbol) => _openIn.GetValueOrDefault(symbol);

    /// <summary>Returns the balance of an asset; zero for an asset it never had.</summary>
    public Balance Of(Asset asset) => _balances.GetValueOrDefault(asset.Name, new Balance(asset.Decimals, 0, 0));

    /// <summary>
    /// Returns the settled amount of an asset, minor units: total less pending. A negative amount is a margin account's
    /// loan.
    /// </summary>
    public long SettledOf(string asset) => _balances.GetValueOrDefault(asset).Total - Pending.SumOf(asset);

    /// <summary>Settles a part of what was pending; the total stays.</summary>
    /// <param name="asset">The asset's name.</param>
    /// <param name="term">Trade day and settlement term of the part.</param>
    /// <param name="amount">Minor units: positive if received, negative if given.</param>
    public void Settle(string asset, in SettlementTerm term, long amount) => Pending.Add(asset, term, -amount);

    /// <summary>Checks that an amount can be deposited, with room left for what open orders are to receive.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="promised">Minor units that may come back and also need room.</param>
    public RejectReason CheckDeposit(Asset asset, long amount, Int128 promised = default) =>
        amount > 0 && HasRoom(asset, promised + amount) ? RejectReason.None : RejectReason.Overflow;

    /// <summary>
    /// Checks that there is room for what an order is to receive, beside the balance and what other open orders are to
    /// receive.
    /// </summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy receives base, a sell quote.</param>
    /// <param name="priceTicks">Its limit, or the worst price at which it may trade, in ticks.</param>
    /// <param name="quantityLots">Its quantity, in lots.</param>
    /// <param name="promised">Minor units of the received asset that may come back and also need room.</param>
    public RejectReason CheckReceipt(
        Instrument instrument, Side side, long priceTicks, long quantityLots, Int128 promised = default)
    {
        var (asset, amount) = ExpectedReceipts.Of(instrument, side, priceTicks, quantityLots);
        return HasRoom(asset, promised + amount) ? RejectReason.None : RejectReason.Overflow;
    }

    /// <summary>Deposits an amount that was checked.</summary>
    public void Deposit(Asset asset, long amount) => Add(asset, amount, 0);

    /// <summary>Checks that an amount may leave: only what is not held.</summary>
    public RejectReason CheckGive(Asset asset, long amount) =>
        amount > 0 && amount <= Of(asset).Available ? RejectReason.None : RejectReason.InsufficientFunds;

    /// <summary>Gives away an amount that was checked.</summary>
    public void Give(Asset asset, long amount) => Add(asset, -amount, 0);

    /// <summary>
    /// Adds an amount decided elsewhere, without a check of the balance; a negative amount is subtracted.
    /// </summary>
    public void Move(Asset asset, long amount) => Add(asset, amount, 0);

    /// <summary>
    /// Checks that an order can be covered and computes its hold: the need of the whole order, or for a replacement the
    /// need beyond the hold of the order it replaces.
    /// </summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy holds quote, a sell base.</param>
    /// <param name="priceTicks">Its limit, or the worst price at which it may trade, in ticks.</param>
    /// <param name="quantityLots">Its quantity, in lots.</param>
    /// <param name="replacesNumber">The order it replaces; 0 for none.</param>
    /// <param name="fees">Its fee terms.</param>
    /// <param name="amount">Minor units to hold.</param>
    public RejectReason CheckHold(
        Instrument instrument, Side side, long priceTicks, long quantityLots, long replacesNumber, FeeTerms fees,
        out long amount)
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

    /// <summary>Checks that an amount can be held for an order.</summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy holds quote, a sell base.</param>
    /// <param name="need">Minor units.</param>
    /// <param name="amount">The same amount, for the record.</param>
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

    /// <summary>Holds an amount that was checked. Order numbers count up without a gap.</summary>
    public void Hold(HeldOrder order)
    {
        if (order.Number != LastNumber + 1)
        {
            throw new InvalidOperationException($"{id}: hold of number {order.Number} after {LastNumber}.");
        }

        LastNumber = order.Number;
        AddOpen(order);
    }

    /// <summary>Notes that the order entered the book.</summary>
    public void Entered(long number, long orderId)
    {
        var order = _orders[number];
        order.OrderId = orderId;
        Trail?.Note(number);
        _entered.Add((order.Instrument.Symbol, orderId), order);
    }

    /// <summary>Returns an open order by its public id, or null if it is not here.</summary>
    public HeldOrder? Find(string symbol, long orderId) => _entered.GetValueOrDefault((symbol, orderId));

    /// <summary>Applies one side of a trade: money and units move out of the hold.</summary>
    /// <param name="number">The order's number.</param>
    /// <param name="priceTicks">Price of the trade, in ticks.</param>
    /// <param name="quantityLots">Quantity, in lots.</param>
    /// <param name="fee">Its fee, quote minor units.</param>
    /// <param name="ratePpm">The fee rate, millionths; used only by a margin account.</param>
    /// <param name="tradeDay">UTC day of the trade since 1970; used only if it does not settle at once.</param>
    /// <exception cref="InvalidOperationException">
    /// The hold does not cover it. This must never be repaired silently.
    /// </exception>
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
        var (receives, received) = order.Side == Side.Buy
            ? (instrument.Base, units)
            : (instrument.Quote, notional - fee);
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
    /// Applies one side of a later change of a trade: money and units move whatever the balance and the holds. Orders
    /// are unchanged.
    /// </summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="side">A buy receives base and pays quote.</param>
    /// <param name="priceTicks">Price of the trade, in ticks.</param>
    /// <param name="quantityLots">Quantity, in lots.</param>
    /// <param name="fee">Fee paid, quote minor units; negative if received.</param>
    /// <param name="day">UTC day of the change since 1970; used only if it does not settle at once.</param>
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

    /// <summary>Reduces the order in place.</summary>
    public void Reduced(long number, long totalLots, long holdAfter)
    {
        Resize(number, totalLots);
        ShrinkHold(number, holdAfter);
    }

    /// <summary>
    /// Moves the hold of the replaced order, which is gone, to its replacement. If a corporate action adjusted the
    /// replaced order and is applied before a replacement decided without it, what became free is held again.
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

    /// <summary>Notes that an order entered its book, and sets its hold from then on.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="orderId">Its public id.</param>
    /// <param name="state">Its state in the book.</param>
    /// <param name="hold">Its hold from then on, minor units.</param>
    public void Opened(long number, long orderId, in OrderState state, long hold)
    {
        Entered(number, orderId);
        var order = _orders[number];
        order.State = state;
        TakeFromRivals(order, hold - order.Held - Math.Max(0, Of(order.HeldAsset).Available));
        SetHold(number, hold);
    }

    /// <summary>Sets an order's new state in its book.</summary>
    public void SetState(long number, in OrderState state)
    {
        _orders[number].State = state;
        Trail?.Note(number);
    }

    // Other pending replacements of the same order can never enter now. The part of its hold that they kept goes to the
    // first replacement that entered.
    private void TakeFromRivals(HeldOrder order, long missing)
    {
        if (missing <= 0 || order.ReplacesNumber == 0)
        {
            return;
        }

        foreach (var rival in _orders.Values
            .Where(other => other.OrderId == 0 && other.ReplacesNumber == order.ReplacesNumber && other != order)
            .OrderBy(other => other.Number).ToArray())
        {
            var taken = Math.Min(missing, rival.Held);
            SetHold(rival.Number, rival.Held - taken);
            SetHold(order.Number, order.Held + taken);
            missing -= taken;
        }
    }

    /// <summary>
    /// Sets the hold that remains after the book's record: never more than what was left. Removes a finished order.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The hold would grow. This must never be repaired silently.
    /// </exception>
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
    /// Sets the order's total after the book's record. An amendment or self-trade prevention makes it smaller. An order
    /// by amount grows, because its total is what it trades.
    /// </summary>
    public void Resize(long number, long totalLots)
    {
        var order = _orders[number];
        Change(order, totalLots, order.FilledLots, order.Held, order.Paid);
    }

    /// <summary>Sets the price and conditions that the book changed.</summary>
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
    /// Applies a corporate action's change of the order in its book. A sell's hold grows with its lots, but the new
    /// units come only with the account's own part of the action. Until then the hold may exceed the balance, and
    /// nothing is available.
    /// </summary>
    /// <param name="number">The order's number.</param>
    /// <param name="priceTicks">Its new limit or worst price, in ticks.</param>
    /// <param name="lots">Increase of its total, in lots.</param>
    /// <param name="hold">Its new hold, minor units.</param>
    /// <param name="adjustment">The adjustment of prices and lots.</param>
    public void Adjusted(long number, long priceTicks, long lots, long hold, in OrderAdjustment adjustment)
    {
        var order = _orders[number];
        order.Interest?.Remove(order);
        order.PriceTicks = priceTicks;
        order.State = order.State with { PriceTicks = adjustment.PriceOf(order.Side, order.State.PriceTicks) };
        order.QuantityLots += lots;
        order.Conditions = adjustment.Of(order.Side, order.Conditions, order.QuantityLots);
        order.Interest?.Add(order);
        SetHold(number, hold);
    }

    /// <summary>
    /// Returns a book's pending replacements, sorted by number. Each comes with the current hold of the order it
    /// replaces.
    /// </summary>
    public IReadOnlyList<(HeldOrder Replacement, long Held)> Replacing(string symbol) =>
    [
        .. _orders.Values
            .Where(
                order => order is { OrderId: 0, ReplacesNumber: not 0 } && order.Instrument.Symbol == symbol
                    && _orders.ContainsKey(order.ReplacesNumber))
            .OrderBy(order => order.Number)
            .Select(order => (order, _orders[order.ReplacesNumber].Held)),
    ];

    /// <summary>
    /// Keeps the held funds that pending replacements rely on when an adjustment frees a part of the replaced order's
    /// hold. A replacement holds only what it needs beyond that order, and its book may still accept it. A replacement
    /// decided after the adjustment needs no such part.
    /// </summary>
    /// <param name="replacing">The result of <see cref="Replacing"/> before the adjustment.</param>
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
    /// Sets an order's hold within a record of its book. It may grow if another order's hold became free, or if what a
    /// parent bought pays for its child. <see cref="RequireCover(Instrument, Func{string, bool})"/> checks the total.
    /// </summary>
    public void SetHold(long number, long hold)
    {
        var order = _orders[number];
        Add(order.HeldAsset, 0, hold - order.Held);
        Change(order, order.QuantityLots, order.FilledLots, hold, order.Paid);
    }

    /// <summary>Requires after a record that holds do not exceed the balances of an instrument's assets.</summary>
    /// <param name="instrument">Names the assets.</param>
    /// <param name="mayLack">Returns true for an asset that may be short for now.</param>
    /// <exception cref="InvalidOperationException">
    /// A hold exceeds its balance. This must never be repaired silently.
    /// </exception>
    public void RequireCover(Instrument instrument, Func<string, bool> mayLack)
    {
        RequireCover(instrument.Quote.Name, Of(instrument.Quote), mayLack);
        RequireCover(instrument.Base.Name, Of(instrument.Base), mayLack);
    }

    /// <summary>Requires that holds do not exceed the balances of any asset.</summary>
    /// <param name="mayLack">Returns true for an asset that may be short for now.</param>
    /// <exception cref="InvalidOperationException">
    /// A hold exceeds its balance. This must never be repaired silently.
    /// </exception>
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

    /// <summary>
    /// Releases the hold of an order that ended or never entered the book. An unknown number is not an error.
    /// </summary>
    public void Release(long number)
    {
        if (_orders.TryGetValue(number, out var order))
        {
            Add(order.HeldAsset, 0, -order.Held);
            Drop(order);
        }
    }

    /// <summary>Releases all orders of a symbol up to a number, which ended in the book, arrived or not.</summary>
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

    /// <summary>Restores the state from a snapshot; holds are summed from the orders.</summary>
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

    private bool HasRoom(Asset asset, Int128 amount) =>
        Of(asset).Total + _receipts.Of(asset.Name) + amount <= BalanceLimit;

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
            // The margin check looks at the balances for assets that the account may come to have.
            Add(order.Instrument.Base, 0, 0);
        }

        order.Interest = open;
        open.Add(order);
        Add(order.HeldAsset, 0, order.Held);
    }

    // The only place that changes an order's contribution, so that its symbol's sums stay right.
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

    // Ids are unique in a book, and few accounts trade in many books. Hashing the symbol for each fill would gain
    // nothing.
    private sealed class ByOrderId : IEqualityComparer<(string Symbol, long OrderId)>
    {
        public bool Equals((string Symbol, long OrderId) x, (string Symbol, long OrderId) y) =>
            x.OrderId == y.OrderId && x.Symbol == y.Symbol;

        public int GetHashCode((string Symbol, long OrderId) key) => key.OrderId.GetHashCode();
    }
}
