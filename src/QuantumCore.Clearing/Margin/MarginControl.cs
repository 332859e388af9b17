using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>An order as the margin of its account sees it.</summary>
/// <param name="Instrument">Its instrument.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">The worst price at which it may trade, in ticks.</param>
/// <param name="Lots">Maximum quantity it may trade, in lots.</param>
/// <param name="Fees">Its fee terms.</param>
internal readonly record struct MarginOrder(
    Instrument Instrument, Side Side, long PriceTicks, Int128 Lots, FeeTerms Fees);

/// <summary>
/// Decides what a margin account may do, from its balances, its open orders and the mark prices of its newest record.
/// A cash account may not give away more than it has settled; everything else passes.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="clock">Its time.</param>
/// <param name="traded">Its trading.</param>
/// <param name="settlement">Its unsettled trades.</param>
/// <param name="agreements">Returns the margin rules; null for none.</param>
internal sealed class MarginControl(
    Account account, AccountClock clock, TradedSymbols traded, AccountSettlement settlement,
    Func<MarginAgreements>? agreements)
{
    // Age at which an unchanged mark price is recorded again.
    private const long RenewNanos = 30_000_000_000;

    private MarginPositions? _positions;

    // Most accounts are cash accounts and never need them.
    private MarginPositions Positions => _positions ??= new(account, traded);

    /// <summary>Its margin state; null for a cash account.</summary>
    public MarginAccount? MarginAccount { get; private set; }

    /// <summary>True for a margin account, which may owe.</summary>
    public bool IsMargin => MarginAccount is not null;

    /// <summary>True for an isolated margin account.</summary>
    public bool IsIsolated => MarginAccount is { Symbol.Length: > 0 };

    /// <summary>The margin rules.</summary>
    public MarginAgreements Agreements => agreements?.Invoke() ?? MarginAgreements.None;

    /// <summary>Returns true for an asset of a margin account whose debt counts in its equity.</summary>
    public bool CountsAsEquity(string asset) =>
        MarginAccount is { } margin && Agreements.PaidIn(margin.Currency.Name).ContainsKey(asset);

    /// <summary>
    /// Decides to make it a margin account or a cash account. Returns the reason for a refusal, or the next record;
    /// neither if it is done. Owed interest is charged first.
    /// </summary>
    public (string? WhyNot, AccountRecord? Record) SetKind(AccountKindRequest request, Asset? currency, long now)
    {
        var symbol = request.Symbol ?? "";
        if ((MarginAccount?.Currency.Name ?? "") == request.Currency && (MarginAccount?.Symbol ?? "") == symbol)
        {
            return (null, null);
        }

        if (currency is null && request.Currency.Length > 0)
        {
            return ("no instrument is paid in this asset", null);
        }

        if (MarginAccount is { } known && request.Currency.Length > 0)
        {
            var only = known.Symbol.Length > 0 ? " for " + known.Symbol : "";
            return ($"it is a margin account of {known.Currency.Name}{only}", null);
        }

        if (symbol.Length > 0 && Agreements.Of(symbol)?.Instrument.Quote.Name is var paid
            && (paid is null || paid != request.Currency))
        {
            return ($"{symbol} is not traded on margin for it", null);
        }

        var kept = MarginAccount?.Currency.Name ?? request.Currency;
        if (account.Orders.Count > 0 || !account.Pending.IsEmpty || MarginAccount is { Claims.Count: > 0 }
            || MarginAccount is { StepNumber: > 0 }
            || account.Balances.Any(
                balance => balance.Value.Total < 0 || (balance.Value.Total > 0 && balance.Key != kept)))
        {
            return (
                "only an account with nothing but its currency, all settled, no debt and no open orders changes its kind",
                null);
        }

        return MarginAccount is { } margin && margin.Charges(clock.At(now)) is { } charged
            && charged.LoanCharge + charged.BorrowCharge > 0
            ? (null, charged)
            : (null,
                new AccountKindSet(
                    clock.At(now), request.Currency, currency?.Decimals ?? 0, request.By, request.Why, symbol));
    }

    /// <summary>
    /// Decides to use newer mark prices of its positions and of what it is about to trade; returns null if there are
    /// none. Its margin state does not change by this.
    /// </summary>
    /// <param name="symbols">Symbols it is about to trade.</param>
    /// <param name="board">Returns the newest mark price of a symbol.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public AccountRecord? TakeMarks(ReadOnlySpan<string> symbols, Func<string, MarkPrice?> board, long now)
    {
        if (MarginAccount is not { } margin)
        {
            return null;
        }

        var newer = Newer(margin, symbols, board);
        return newer.IsEmpty
            ? null
            : Reviewed(margin, margin.State, margin.Floor, margin.DeadlineNanos, board, newer, now);
    }

    /// <summary>
    /// Returns the margin figures of a margin account at the newest mark prices; null for a cash account.
    /// </summary>
    public MarginView? Describe(Func<string, MarkPrice?> board, bool isFrozen, long now)
    {
        if (MarginAccount is not { } margin)
        {
            return null;
        }

        Positions.Find(margin, Agreements, NewestOf(margin, board));
        var figures = Positions.Figures(margin);
        var cash = Int128.Min(
            account.Of(margin.Currency).Total,
            account.Pending.IsEmpty
                ? long.MaxValue
                : settlement.At(now).Spendable(margin.Currency.Name, DatedFunds.AtOnce));
        var isStale = IsStale(margin, now);
        return new MarginView(
            margin.Currency.Name,
            margin.Currency.Decimals,
            margin.State,
            figures.Equity,
            figures.Requirement,
            figures.Maintenance,
            isStale || isFrozen || margin.State == MarginState.Liquidating
                ? 0
                : Int128.Clamp(figures.Excess - figures.Gains, 0, Int128.Max(0, cash)),
            figures.Call,
            margin.Owed,
            margin.DeadlineNanos,
            isStale,
            [.. Positions.All.Select(position => Describe(margin, position, figures))
                .OrderBy(line => line.Symbol, StringComparer.Ordinal)],
            [.. Positions.All.Select(position => position.Of.Group).OfType<MarginGroup>().Distinct()
                .Select(Describe).OrderBy(line => line.Group, StringComparer.Ordinal)],
            margin.Symbol);
    }

    private MarginGroupLine Describe(MarginGroup group)
    {
        var relief = GroupRelief.Of(group, Positions.Span);
        return new MarginGroupLine(group.Name, group.CreditPpm, relief.Initial, relief.Maintenance);
    }

    private MarginLine Describe(MarginAccount margin, MarginPosition position, MarginFigures figures)
    {
        var smallest = position.Of.Terms.Long.Tiers[0];
        return new MarginLine(
            position.Of.Instrument.Symbol,
            (long)position.Units,
            position.MarkTicks,
            position.Requirement,
            position.Maintenance,
            figures.BuyingPower(Math.Max(smallest.InitialPpm, smallest.MaintenancePpm)),
            Agreements.LocatedLots(position.Of.Instrument.Symbol, account.Id.Value),
            Int128.Abs(position.Units) < position.Of.LotUnits
                ? 0
                : Liquidation.BankruptcyTicks(
                    position, figures.Equity - position.Value, Agreements.PolicyOf(margin.Currency.Name)),
            position.Of.Terms.Group);
    }

    /// <summary>
    /// Returns the reason why a margin account in its state may not enter orders, whatever they cost; None if it may.
    /// </summary>
    public RejectReason RejectionOf(ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced)
    {
        if (MarginAccount is not { } margin)
        {
            return RejectReason.None;
        }

        if (margin.State == MarginState.Liquidating
            || (margin.State == MarginState.Called && !IsReduction(orders, replaced)))
        {
            return margin.State == MarginState.Called ? RejectReason.ReduceOnly : RejectReason.AccountFrozen;
        }

        foreach (var order in orders)
        {
            if (Agreements.Of(order.Instrument.Symbol) is null || !margin.Trades(order.Instrument))
            {
                return RejectReason.NotPermitted;
            }
        }

        return RejectReason.None;
    }

    /// <summary>
    /// Returns true for a single order of a margin account that can only reduce a position, after removing the replaced
    /// order.
    /// </summary>
    public bool IsReduction(ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced)
    {
        if (orders.Length != 1 || MarginAccount is not { } margin
            || Positions.Of(margin, Agreements, orders[0].Instrument, OwnOf(margin)) is not { } position)
        {
            return false;
        }

        var rest = replaced is null ? position : MarginPositions.Without(position, replaced);
        return rest.IsReducedBy(orders[0].Side, orders[0].Lots);
    }

    /// <summary>Checks that orders can be margined; None for a cash account, whose orders are covered.</summary>
    /// <param name="orders">The orders to be held.</param>
    /// <param name="replaced">The order they replace; null for none.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public RejectReason Check(ReadOnlySpan<MarginOrder> orders, HeldOrder? replaced, long now)
    {
        if (MarginAccount is not { } margin)
        {
            return RejectReason.None;
        }

        var own = OwnOf(margin);
        Positions.Find(margin, Agreements, own);
        if (replaced is not null && Positions.IndexOf(replaced.Instrument) is var at and >= 0)
        {
            Positions[at] = MarginPositions.Without(Positions[at], replaced);
        }

        var alone = Positions.OneByOne(margin);
        var before = alone.Relieved(Positions.Span);
        var reduces = orders.Length == 1;
        foreach (var order in orders)
        {
            if (!margin.Trades(order.Instrument)
                || Positions.FindOrAdd(margin, Agreements, order.Instrument, own) is not (>= 0 and var index))
            {
                return RejectReason.NotPermitted;
            }

            var position = Positions[index];
            reduces &= order.Lots <= long.MaxValue && position.IsReducedBy(order.Side, (long)order.Lots);
            Positions[index] = position.With(
                order.Side, MarginPositions.WorstPrice(order.Instrument, order.PriceTicks), order.Lots,
                new OrderFees(order.Side, order.Fees));
            if (!Positions[index].IsInRange)
            {
                return RejectReason.Overflow;
            }

            alone = alone.Changed(position, Positions[index]);
        }

        return margin.State == MarginState.Liquidating ? RejectReason.AccountFrozen
            : !reduces && (margin.State == MarginState.Called || before.Excess < 0) ? RejectReason.ReduceOnly
            : CheckShort(orders) is var shorted and not RejectReason.None ? shorted
            : (reduces ? Positions.LackMark : IsStale(margin, now)) ? RejectReason.MarkStale
            : CheckEquity(alone.Relieved(Positions.Span), reduces);
    }

    // Orders that only reduce risk are always allowed, unless their price would leave a deficit: an accomplice could
    // profit from that at the exchange's cost.
    private static RejectReason CheckEquity(in MarginFigures after, bool reduces) =>
        after.Excess >= 0 || (reduces && after.Equity - after.Burden >= 0)
            ? RejectReason.None
            : RejectReason.InsufficientMargin;

    private RejectReason CheckShort(ReadOnlySpan<MarginOrder> orders)
    {
        foreach (var order in orders)
        {
            if (order.Side == Side.Buy)
            {
                continue;
            }

            var position = Positions[Positions.IndexOf(order.Instrument)];
            if (position.ShortUnits == 0)
            {
                continue;
            }

            if (position.Of.Terms.Short is null)
            {
                return RejectReason.ShortNotAllowed;
            }

            var located = Agreements.LocatedLots(order.Instrument.Symbol, account.Id.Value);
            if (position.ShortUnits > (Int128)located * position.Of.LotUnits)
            {
                return RejectReason.NoLocate;
            }
        }

        return RejectReason.None;
    }

    /// <summary>
    /// Checks that an amount may leave. A margin account keeps what it owes, needs as margin, or has gained but not
    /// realised.
    /// </summary>
    public RejectReason CheckGive(Asset asset, long amount, long now)
    {
        if (MarginAccount is not { } margin)
        {
            var reason = account.CheckGive(asset, amount);
            return reason == RejectReason.None ? settlement.Check(asset, amount, now) : reason;
        }

        if (margin.State == MarginState.Liquidating)
        {
            return RejectReason.AccountFrozen;
        }

        Positions.Find(margin, Agreements, OwnOf(margin));
        var balance = account.Of(asset);
        if (amount <= 0 || amount > (asset == margin.Currency ? balance.Total : balance.Available))
        {
            return RejectReason.InsufficientFunds;
        }

        if (settlement.Check(asset, amount, now) is var unsettled and not RejectReason.None)
        {
            return unsettled;
        }

        if (IsStale(margin, now))
        {
            return RejectReason.MarkStale;
        }

        var given = asset == margin.Currency ? amount : (Int128)0;
        if (Agreements.PaidIn(margin.Currency.Name).GetValueOrDefault(asset.Name) is { } of
            && Positions.IndexOf(of.Instrument) is var index and >= 0)
        {
            Positions[index] = Positions[index] with { Units = Positions[index].Units - amount };
        }

        var after = Positions.Figures(margin);
        return after.Excess - after.Gains >= given ? RejectReason.None : RejectReason.InsufficientMargin;
    }

    /// <summary>Returns the lookup of the mark prices on record.</summary>
    public static Func<string, MarkPrice?> OwnOf(MarginAccount margin) =>
        symbol => margin.Marks.TryGetValue(symbol, out var mark) ? mark : null;

    /// <summary>Returns the lookup of the newest mark prices, on record or not.</summary>
    public static Func<string, MarkPrice?> NewestOf(MarginAccount margin, Func<string, MarkPrice?> board) => symbol =>
        !margin.Marks.TryGetValue(symbol, out var own) ? board(symbol)
        : board(symbol) is { } newest && newest.IsAfter(own) ? newest
        : own;

    /// <summary>
    /// Returns true if this silo's copy of the catalog is older than the one that the account used: margin terms are
    /// never withdrawn. With the old copy its positions would seem to count for nothing.
    /// </summary>
    public bool IsBehind(MarginAccount margin)
    {
        var agreed = Agreements;
        foreach (var symbol in margin.Marks.Keys)
        {
            if (agreed.Of(symbol) is null)
            {
                return true;
            }
        }

        return false;
    }

    // By the deciding clock, because the account's own time may come from a wrong clock.
    private bool IsStale(MarginAccount margin, long now) => Positions.AreStale(now) || IsBehind(margin);

    /// <summary>
    /// Returns the new prices that differ from the account's, for its positions and for what it is about to trade.
    /// </summary>
    public ImmutableArray<MarkPrice> Newer(
        MarginAccount margin, ReadOnlySpan<string> symbols, Func<string, MarkPrice?> board)
    {
        Positions.Find(margin, Agreements, OwnOf(margin));
        var newer = ImmutableArray.CreateBuilder<MarkPrice>();
        foreach (ref readonly var position in Positions.Span)
        {
            Add(position.Of.Instrument.Symbol);
        }

        foreach (var symbol in symbols)
        {
            Add(symbol);
        }

        newer.Sort(static (one, other) => string.CompareOrdinal(one.Symbol, other.Symbol));
        return newer.DrainToImmutable();

        void Add(string symbol)
        {
            if (board(symbol) is { } mark && !newer.Any(one => one.Symbol == symbol)
                && (!margin.Marks.TryGetValue(symbol, out var own) || (mark.IsAfter(own)
                    && (mark.PriceTicks != own.PriceTicks || mark.TimeNanos - own.TimeNanos > RenewNanos))))
            {
                newer.Add(mark);
            }
        }
    }

    /// <summary>Returns a record of a margin state with its figures at the newest mark prices.</summary>
    public MarginReviewed Reviewed(
        MarginAccount margin,
        MarginState state,
        long floor,
        long deadlineNanos,
        Func<string, MarkPrice?> board,
        ImmutableArray<MarkPrice> newer,
        long now)
    {
        Positions.Find(margin, Agreements, NewestOf(margin, board));
        var figures = Positions.Figures(margin);
        return new MarginReviewed(
            clock.At(now), state, floor, deadlineNanos, figures.Equity, figures.Requirement, figures.Maintenance,
            newer);
    }

    /// <summary>Makes it a margin account or a cash account.</summary>
    public void Apply(AccountKindSet set)
    {
        MarginAccount = set.Currency.Length == 0
            ? null
            : new MarginAccount(new Asset(set.Currency, set.Decimals)) { Symbol = set.Symbol };
        MarginAccount?.Begin(set.TimeNanos);
        account.IsMargin = IsMargin;
    }

    /// <summary>Applies a record of a margin account.</summary>
    /// <param name="record">The record.</param>
    /// <param name="sequence">Its sequence in the account's stream.</param>
    public void Apply(AccountRecord record, long sequence)
    {
        var margin = MarginAccount
            ?? throw new InvalidDataException($"{account.Id}: record {sequence} is a margin account's.");
        switch (record)
        {
            case MarginReviewed reviewed:
                margin.Apply(reviewed);
                break;
            case LiquidationStepEnded ended:
                margin.Apply(ended, sequence);
                account.Give(margin.Currency, ended.Fee);
                break;
            case DeficitCovered covered when margin.Claims.Remove(covered.Claim):
                account.Deposit(margin.Currency, covered.FromFund + covered.FromHouse);
                break;
            case InterestAccrued accrued:
                margin.Apply(accrued);
                account.Give(margin.Currency, accrued.LoanCharge + accrued.BorrowCharge);
                break;
            default:
                throw new InvalidDataException($"{account.Id}: record {sequence} covers a claim that is not open.");
        }
    }

    /// <summary>Writes the state of a margin account.</summary>
    /// <param name="to">The writer.</param>
    /// <param name="tellsSymbol">True to write the instrument of an isolated account too.</param>
    public void Write(ref RecordWriter to, bool tellsSymbol) => MarginAccount?.Write(ref to, tellsSymbol);

    /// <summary>Reads what <see cref="Write"/> wrote; nothing for a cash account.</summary>
    /// <param name="from">The reader.</param>
    /// <param name="tellsSymbol">True if the instrument of an isolated account was written too.</param>
    public void Read(ref RecordReader from, bool tellsSymbol) =>
        MarginAccount = account.IsMargin ? MarginAccount.Read(ref from, tellsSymbol) : null;
}
