using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
/// </summary>
internal sealed partial class AccountMachine
{
    // Age at which an unchanged mark price is recorded again.
    private const long RenewNanos = 30_000_000_000;

    // Positions of the check in progress; kept, so that checks do not allocate.
    private readonly List<MarginPosition> _positions = [];
    private MarginStanding? _margin;

    /// <summary>True for a margin account, which may owe.</summary>
    public bool IsMargin => _margin is not null;

    private MarginAgreements Agreements => _agreements?.Invoke() ?? MarginAgreements.None;

    /// <summary>
    /// Decides to make it a margin account or a cash account. Returns the reason for a refusal, or the next record;
    /// neither if it is done. Owed interest is charged first.
    /// </summary>
    public (string? WhyNot, AccountRecord? Record) SetKind(AccountKindRequest request, Asset? currency, long now)
    {
        var symbol = request.Symbol ?? "";
        if ((_margin?.Currency.Name ?? "") == request.Currency && (_margin?.Symbol ?? "") == symbol)
        {
            return (null, null);
        }

        if (currency is null && request.Currency.Length > 0)
        {
            return ("no instrument is paid in this asset", null);
        }

        if (_margin is not null && request.Currency.Length > 0)
        {
            return (
                $"it is a margin account of {_margin.Currency.Name}{(_margin.Symbol.Length > 0 ? " for " + _margin.Symbol : "")}",
                null);
        }

        if (symbol.Length > 0 && Agreements.Of(symbol)?.Instrument.Quote.Name is var paid
            && (paid is null || paid != request.Currency))
        {
            return ($"{symbol} is not traded on margin for it", null);
        }

        var kept = _margin?.Currency.Name ?? request.Currency;
        if (Account.Orders.Count > 0 || !Account.Pending.IsEmpty || _margin is { Claims.Count: > 0 }
            || _margin is { StepNumber: > 0 }
            || Account.Balances.Any(
                balance => balance.Value.Total < 0 || (balance.Value.Total > 0 && balance.Key != kept)))
        {
            return (
                "only an account with nothing but its currency, all settled, no debt and no open orders changes its kind",
                null);
        }

        return _margin is { } margin && Charges(margin) is { } charged && charged.LoanCharge + charged.BorrowCharge > 0
            ? (null, charged with { TimeNanos = _clock.At(now) })
            : (null,
                new AccountKindSet(
                    _clock.At(now), request.Currency, currency?.Decimals ?? 0, request.By, request.Why, symbol));
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
        if (_margin is not { } margin)
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
    public MarginView? DescribeMargin(Func<string, MarkPrice?> board, long now)
    {
        if (_margin is not { } margin)
        {
            return null;
        }

        FindPositions(margin, NewestOf(margin, board));
        var figures = Figures(margin);
        var cash = Int128.Min(
            Account.Of(margin.Currency).Total,
            Account.Pending.IsEmpty ? long.MaxValue : DatedAt(now).Spendable(margin.Currency.Name, DatedFunds.AtOnce));
        var isStale = IsStale(now);
        return new MarginView(
            margin.Currency.Name,
            margin.Currency.Decimals,
            margin.State,
            figures.Equity,
            figures.Requirement,
            figures.Maintenance,
            isStale || IsFrozen || margin.State == MarginState.Liquidating
                ? 0
                : Int128.Clamp(figures.Excess - figures.Gains, 0, Int128.Max(0, cash)),
            figures.Call,
            margin.Owed,
            margin.DeadlineNanos,
            isStale,
            [.. _positions.Select(position => Describe(margin, position, figures))
                .OrderBy(line => line.Symbol, StringComparer.Ordinal)],
            [.. _positions.Select(position => position.Of.Group).OfType<MarginGroup>().Distinct()
                .Select(Describe).OrderBy(line => line.Group, StringComparer.Ordinal)],
            margin.Symbol);
    }

    private MarginGroupLine Describe(MarginGroup group)
    {
        var relief = GroupRelief.Of(group, CollectionsMarshal.AsSpan(_positions));
        return new MarginGroupLine(group.Name, group.CreditPpm, relief.Initial, relief.Maintenance);
    }

    private MarginLine Describe(MarginStanding margin, MarginPosition position, MarginFigures figures)
    {
        var smallest = position.Of.Terms.Long.Tiers[0];
        return new MarginLine(
            position.Of.Instrument.Symbol,
            (long)position.Units,
            position.MarkTicks,
            position.Requirement,
            position.Maintenance,
            figures.BuyingPower(Math.Max(smallest.InitialPpm, smallest.MaintenancePpm)),
            Agreements.LocatedLots(position.Of.Instrument.Symbol, Account.Id.Value),
            Int128.Abs(position.Units) < position.Of.LotUnits
                ? 0
                : Liquidation.BankruptcyTicks(
                    position, figures.Equity - position.Value, Agreements.PolicyOf(margin.Currency.Name)),
            position.Of.Terms.Group);
    }

    /// <summary>
    /// Returns the reason why a margin account in its state may not enter orders, whatever they cost; None if it may.
    /// </summary>
    private RejectReason MarginBarrier(ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced)
    {
        if (_margin is not { } margin)
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
    private bool IsReduction(ReadOnlySpan<AskedOrder> orders, HeldOrder? replaced)
    {
        if (orders.Length != 1 || _margin is not { } margin
            || Position(margin, orders[0].Instrument, OwnOf(margin)) is not { } position)
        {
            return false;
        }

        return (replaced is null ? position : Without(position, replaced)).IsReducedBy(orders[0].Side, orders[0].Lots);
    }

    private static MarginPosition Without(in MarginPosition position, HeldOrder order) =>
        position.With(
            order.Side, WorstPrice(order.Instrument, order.PriceTicks), order.WorstLots, order.Paid, sign: -1);

    /// <summary>Checks that orders can be margined; None for a cash account, whose orders are covered.</summary>
    /// <param name="orders">The orders to be held.</param>
    /// <param name="replaced">The order they replace; null for none.</param>
    /// <param name="now">Unix nanoseconds.</param>
    private RejectReason CheckMargin(ReadOnlySpan<MarginOrder> orders, HeldOrder? replaced, long now)
    {
        if (_margin is not { } margin)
        {
            return RejectReason.None;
        }

        var own = OwnOf(margin);
        FindPositions(margin, own);
        if (replaced is not null && Find(replaced.Instrument) is var at and >= 0)
        {
            _positions[at] = Without(_positions[at], replaced);
        }

        var alone = OneByOne(margin);
        var before = alone.Relieved(CollectionsMarshal.AsSpan(_positions));
        var reduces = orders.Length == 1;
        foreach (var order in orders)
        {
            if (!margin.Trades(order.Instrument)
                || FindOrAdd(margin, order.Instrument, own) is not (>= 0 and var index))
            {
                return RejectReason.NotPermitted;
            }

            var position = _positions[index];
            reduces &= order.Lots <= long.MaxValue && position.IsReducedBy(order.Side, (long)order.Lots);
            _positions[index] = position.With(
                order.Side, WorstPrice(order.Instrument, order.PriceTicks), order.Lots,
                new OrderFees(order.Side, order.Fees));
            if (!_positions[index].IsInRange)
            {
                return RejectReason.Overflow;
            }

            alone = alone.Changed(position, _positions[index]);
        }

        return margin.State == MarginState.Liquidating ? RejectReason.AccountFrozen
            : !reduces && (margin.State == MarginState.Called || before.Excess < 0) ? RejectReason.ReduceOnly
            : CheckShort(orders) is var shorted and not RejectReason.None ? shorted
            : (reduces ? LacksMark() : IsStale(now)) ? RejectReason.MarkStale
            : CheckEquity(alone.Relieved(CollectionsMarshal.AsSpan(_positions)), reduces);
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

            var position = _positions[Find(order.Instrument)];
            if (position.ShortUnits == 0)
            {
                continue;
            }

            if (position.Of.Terms.Short is null)
            {
                return RejectReason.ShortNotAllowed;
            }

            var located = Agreements.LocatedLots(order.Instrument.Symbol, Account.Id.Value);
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
    private RejectReason CheckGive(Asset asset, long amount, long now)
    {
        if (_margin is not { } margin)
        {
            var reason = Account.CheckGive(asset, amount);
            return reason == RejectReason.None ? CheckSettled(asset, amount, now) : reason;
        }

        if (margin.State == MarginState.Liquidating)
        {
            return RejectReason.AccountFrozen;
        }

        FindPositions(margin, OwnOf(margin));
        var balance = Account.Of(asset);
        if (amount <= 0 || amount > (asset == margin.Currency ? balance.Total : balance.Available))
        {
            return RejectReason.InsufficientFunds;
        }

        if (CheckSettled(asset, amount, now) is var unsettled and not RejectReason.None)
        {
            return unsettled;
        }

        if (IsStale(now))
        {
            return RejectReason.MarkStale;
        }

        var given = asset == margin.Currency ? amount : (Int128)0;
        if (Agreements.PaidIn(margin.Currency.Name).GetValueOrDefault(asset.Name) is { } of
            && Find(of.Instrument) is var index and >= 0)
        {
            _positions[index] = _positions[index] with { Units = _positions[index].Units - amount };
        }

        var after = Figures(margin);
        return after.Excess - after.Gains >= given ? RejectReason.None : RejectReason.InsufficientMargin;
    }

    private static Func<string, MarkPrice?> OwnOf(MarginStanding margin) =>
        symbol => margin.Marks.TryGetValue(symbol, out var mark) ? mark : null;

    private static Func<string, MarkPrice?> NewestOf(MarginStanding margin, Func<string, MarkPrice?> board) => symbol =>
        !margin.Marks.TryGetValue(symbol, out var own) ? board(symbol)
        : board(symbol) is { } newest && newest.IsAfter(own) ? newest
        : own;

    private void FindPositions(MarginStanding margin, Func<string, MarkPrice?> markOf)
    {
        _positions.Clear();
        var margined = Agreements.PaidIn(margin.Currency.Name);
        foreach (var (asset, balance) in Account.Balances)
        {
            if (margined.TryGetValue(asset, out var of) && Account.OpenIn(of.Instrument.Symbol) is var open
                && (balance.Total != 0 || balance.Held != 0 || open is not null))
            {
                _positions.Add(PositionIn(of, balance, open, markOf));
            }
        }
    }

    private MarginPosition PositionIn(
        MarginInstrument of, Balance balance, OpenInterest? open, Func<string, MarkPrice?> markOf)
    {
        var (instrument, made) = (of.Instrument, markOf(of.Instrument.Symbol).GetValueOrDefault());
        var mark = made.PriceTicks;
        var worth = open?.WorthAt(mark) ?? default;
        // Trades on the other side than the balance mean that units came or left otherwise: no position that could
        // gain.
        Int128 gain = _traded.Of(instrument.Symbol) is { } traded
            && long.Sign(traded.Quantity) == long.Sign(balance.Total)
            ? ((Int128)traded.Quantity * mark * of.TickLotValue) - traded.Cost
            : 0;
        return new MarginPosition(
            of, mark, balance.Total, (open?.BuyLots ?? 0) * of.LotUnits, balance.Held, worth.Loss, worth.Fees,
            Int128.Max(0, gain))
        {
            MarkNanos = made.TimeNanos,
        };
    }

    private MarginPosition? Position(MarginStanding margin, Instrument instrument, Func<string, MarkPrice?> markOf) =>
        Agreements.Of(instrument.Symbol) is { } of && instrument.Quote == margin.Currency
            ? PositionIn(of, Account.Of(instrument.Base), Account.OpenIn(instrument.Symbol), markOf)
            : null;

    private int Find(Instrument instrument)
    {
        for (var i = 0; i < _positions.Count; i++)
        {
            if (_positions[i].Of.Instrument.Symbol == instrument.Symbol)
            {
                return i;
            }
        }

        return -1;
    }

    private int FindOrAdd(MarginStanding margin, Instrument instrument, Func<string, MarkPrice?> markOf)
    {
        var index = Find(instrument);
        if (index < 0 && Position(margin, instrument, markOf) is { } position)
        {
            index = _positions.Count;
            _positions.Add(position);
        }

        return index;
    }

    // A pegged sell has no worst price but the lowest possible.
    private static long WorstPrice(Instrument instrument, long priceTicks) =>
        Math.Max(priceTicks, instrument.MinPriceTicks);

    private MarginFigures Figures(MarginStanding margin) =>
        OneByOne(margin).Relieved(CollectionsMarshal.AsSpan(_positions));

    /// <summary>Returns the figures with each position by itself, before the credits of margin groups.</summary>
    private MarginFigures OneByOne(MarginStanding margin)
    {
        var figures = new MarginFigures(Account.Of(margin.Currency).Total - margin.Owed, 0, 0, 0, 0);
        foreach (ref readonly var position in CollectionsMarshal.AsSpan(_positions))
        {
            figures = figures.With(position);
        }

        return figures;
    }

    // An account that closes uses an old mark price rather than none.
    private bool LacksMark() => _positions.Exists(static position => position.MarkTicks == 0);

    // By the deciding clock, because the account's own time may come from a wrong clock.
    private bool IsStale(long now)
    {
        foreach (ref readonly var position in CollectionsMarshal.AsSpan(_positions))
        {
            if (position.MarkTicks == 0 || now - position.MarkNanos > MarkRule.Lifetime.Nanos())
            {
                return true;
            }
        }

        return _margin is { } margin && IsBehind(margin);
    }

    /// <summary>
    /// Returns the new prices that differ from the account's, for its positions and for what it is about to trade.
    /// </summary>
    private ImmutableArray<MarkPrice> Newer(
        MarginStanding margin, ReadOnlySpan<string> symbols, Func<string, MarkPrice?> board)
    {
        FindPositions(margin, OwnOf(margin));
        var newer = ImmutableArray.CreateBuilder<MarkPrice>();
        foreach (var position in _positions)
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

    private MarginReviewed Reviewed(
        MarginStanding margin,
        MarginState state,
        long floor,
        long deadlineNanos,
        Func<string, MarkPrice?> board,
        ImmutableArray<MarkPrice> newer,
        long now)
    {
        FindPositions(margin, NewestOf(margin, board));
        var figures = Figures(margin);
        return new MarginReviewed(
            _clock.At(now), state, floor, deadlineNanos, figures.Equity, figures.Requirement, figures.Maintenance, newer);
    }

    private void Apply(AccountKindSet set)
    {
        _margin = set.Currency.Length == 0
            ? null
            : new MarginStanding(new Asset(set.Currency, set.Decimals)) { Symbol = set.Symbol };
        _margin?.Begin(set.TimeNanos);
        Account.IsMargin = IsMargin;
    }

    private void ApplyMargin(AccountRecord record)
    {
        // It may be a cash account by now.
        if (record is DeficitSharePaid paid)
        {
            Apply(paid);
            return;
        }

        var margin = _margin ?? throw new InvalidDataException($"{Account.Id}: record {Sequence} is a margin account's.");
        switch (record)
        {
            case MarginReviewed reviewed:
                margin.Apply(reviewed);
                break;
            case LiquidationStepEnded ended:
                margin.Apply(ended, Sequence);
                Account.Give(margin.Currency, ended.Fee);
                break;
            case DeficitCovered covered when margin.Claims.Remove(covered.Claim):
                Account.Deposit(margin.Currency, covered.FromFund + covered.FromHouse);
                break;
            case InterestAccrued accrued:
                margin.Apply(accrued);
                Account.Give(margin.Currency, accrued.LoanCharge + accrued.BorrowCharge);
                break;
            default:
                throw new InvalidDataException($"{Account.Id}: record {Sequence} covers a claim that is not open.");
        }
    }
}
