using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Automatic steps of a margin account: margin calls, stepwise liquidation, release, and interest.</summary>
/// <remarks>
/// Every step is a record, so that any activation continues where the last one stopped, and no step is done twice. The
/// account calls no book: it records the work, and an agent carries it out, repeatedly until books have recorded it.
/// </remarks>
/// <param name="account">The account.</param>
/// <param name="clock">Its time.</param>
/// <param name="traded">Its trading.</param>
/// <param name="volumes">Its volumes and fees.</param>
/// <param name="settlement">Its unsettled trades.</param>
/// <param name="checks">Its margin.</param>
internal sealed class MarginReview(
    Account account, AccountClock clock, TradedSymbols traded, AccountVolumes volumes, AccountSettlement settlement,
    MarginControl checks)
{
    /// <summary>
    /// Prefix of orders that the account generates itself. It begins with a space, which no client order id does.
    /// </summary>
    private const string LiquidationName = " liquidation:";

    private const long SecondNanos = 1_000_000_000;

    private MarginPositions? _positions;

    // Most accounts are cash accounts and never need them.
    private MarginPositions Positions => _positions ??= new(account, traded);

    /// <summary>Returns true for the order of a liquidation's step.</summary>
    public static bool IsStep(SubmitOrder order) =>
        order.ClientOrderId.StartsWith(LiquidationName, StringComparison.Ordinal);

    /// <summary>Returns the next due record, or null if nothing is due. Call it again after each record.</summary>
    /// <param name="board">Returns the newest mark price of a symbol.</param>
    /// <param name="isTrading">Returns true if an order could trade in a symbol now.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public AccountRecord? Review(Func<string, MarkPrice?> board, Func<string, bool> isTrading, long now)
    {
        if (checks.MarginAccount is not { } margin || checks.IsBehind(margin))
        {
            return null;
        }

        return Accrue(margin, board, now)
            ?? (margin.State == MarginState.Liquidating
                ? Liquidate(margin, board, isTrading, now)
                : Judge(margin, board, now));
    }

    /// <summary>
    /// Returns the work that an agent must do for the account. To be returned only when it is durable.
    /// </summary>
    public MarginWork Work()
    {
        if (checks.MarginAccount is not { } margin)
        {
            return MarginWork.None;
        }

        var open = account.Orders.Values.OrderBy(order => order.Number).ToArray();
        var step = Array.Find(open, order => order.Number == margin.StepNumber);
        return new MarginWork(
            margin.State != MarginState.Liquidating ? [] :
                [.. open.Where(order => order.Number <= margin.Floor).Select(order => order.Instrument.Symbol)
                    .Distinct()
                    .Select(symbol => new NumberInBook(symbol, margin.Floor))],
            margin.State != MarginState.Called ? [] :
                [.. RiskyOrders(open).Select(order => new NumberInBook(order.Instrument.Symbol, order.Number))],
            step?.Instrument.Symbol ?? "",
            step is null ? null : step.ToOrder(account.Id),
            [.. margin.Claims.Select(claim => new LiquidationClaim(
                account.Id.Value, claim.Key, margin.Currency.Name, claim.Value.Fee, claim.Value.Deficit))]);
    }

    /// <summary>
    /// Records that the insurance fund has a claim on record; returns null if this was recorded before.
    /// </summary>
    public AccountRecord? TakeCover(LiquidationCover cover, long now) =>
        checks.MarginAccount is { } margin && margin.Claims.ContainsKey(cover.Sequence)
            ? new DeficitCovered(
                clock.At(now), margin.Currency.Name, margin.Currency.Decimals, cover.Sequence, cover.FromFund,
                cover.FromHouse)
            : null;

    /// <summary>
    /// Records the account's payment of a share of another account's deficit. It pays at most its equity if everything
    /// were closed at the recorded mark prices. Of an asset it may not owe, it never pays what has not settled.
    /// </summary>
    public DeficitSharePaid PayShare(DeficitShareRequest request, Asset asset, long now)
    {
        var most = Int128.Min(
            account.Of(asset).Available,
            account.Pending.Has(asset.Name)
                ? settlement.At(now).Spendable(asset.Name, DatedFunds.AtOnce)
                : long.MaxValue);
        if (checks.MarginAccount is { } margin && margin.Currency == asset)
        {
            Positions.Find(margin, checks.Agreements, MarginControl.OwnOf(margin));
            most = Positions.Figures(margin).Equity;
        }

        return new DeficitSharePaid(
            clock.At(now), asset.Name, asset.Decimals, request.Account, request.Sequence,
            (long)Int128.Clamp(most, 0, request.Amount));
    }

    private bool IsStale(MarginAccount margin, long now) => Positions.AreStale(now) || checks.IsBehind(margin);

    /// <summary>Returns the margin state of an account outside liquidation; null if that is on record.</summary>
    private MarginReviewed? Judge(MarginAccount margin, Func<string, MarkPrice?> board, long now)
    {
        Positions.Find(margin, checks.Agreements, MarginControl.NewestOf(margin, board));
        if (IsStale(margin, now))
        {
            return null;
        }

        var figures = Positions.Figures(margin);
        var state = StateAt(margin, figures);
        var policy = checks.Agreements.PolicyOf(margin.Currency.Name);
        var deadline = state != MarginState.Called ? 0
            : margin.State == MarginState.Called ? margin.DeadlineNanos
            : now + (policy.CallSeconds * SecondNanos);
        if (state == MarginState.Called && (now >= deadline || figures.Equity <= 0
            || figures.Equity * 1_000_000 < figures.Maintenance * policy.LiquidationPpm))
        {
            (state, deadline) = (MarginState.Liquidating, 0);
        }

        return state == margin.State
            ? null
            : checks.Reviewed(
                margin, state, state == MarginState.Liquidating ? account.LastNumber : 0, deadline, board,
                checks.Newer(margin, [], board), now);
    }

    private MarginState StateAt(MarginAccount margin, in MarginFigures figures) =>
        figures.Excess >= 0 ? MarginState.Healthy
        : figures.Equity >= figures.Maintenance || IsThrough(margin) ? MarginState.Restricted
        : MarginState.Called;

    // Less than a lot can be neither sold nor bought back. An account that has nothing else and can pay what accrued is
    // not called for it: a liquidation would find nothing to do, and the next review would begin another.
    private bool IsThrough(MarginAccount margin) =>
        !Positions.HasToClose && account.Of(margin.Currency).Total >= margin.Owed;

    /// <summary>
    /// Returns the next step of a liquidation. The account's own orders must be gone and their fills applied first, so
    /// that the step sells what it has.
    /// </summary>
    private AccountRecord? Liquidate(
        MarginAccount margin, Func<string, MarkPrice?> board, Func<string, bool> isTrading, long now)
    {
        if (account.Orders.Count > 0)
        {
            return null;
        }

        if (margin.StepNumber != 0)
        {
            return EndStep(margin);
        }

        if (margin.Claims.Count > 0)
        {
            return null;
        }

        Positions.Find(margin, checks.Agreements, MarginControl.NewestOf(margin, board));
        var figures = Positions.Figures(margin);
        if (!Positions.HasToClose)
        {
            return Finish(margin, figures, board, now);
        }

        if (IsStale(margin, now))
        {
            return null;
        }

        var policy = checks.Agreements.PolicyOf(margin.Currency.Name);
        var goal = figures.Maintenance * (margin.Steps == 0 ? 1_000_000 : policy.TargetPpm);
        if (figures.Equity * 1_000_000 >= goal)
        {
            return checks.Reviewed(margin, StateAt(margin, figures), 0, 0, board, checks.Newer(margin, [], board), now);
        }

        if (margin.Steps > 0 && now - margin.StepNanos is >= 0 and < SecondNanos)
        {
            return null;
        }

        // The step rests on these prices, so they are recorded before it.
        return checks.TakeMarks([], board, now) ?? Step(margin, policy, isTrading, now);
    }

    /// <summary>
    /// Finishes a liquidation with nothing left to sell. Accrued interest that cannot be paid is charged now, because
    /// the account could do nothing until the first of a month; less than a minor unit is dropped. Others pay what is
    /// then owed.
    /// </summary>
    private AccountRecord Finish(
        MarginAccount margin, in MarginFigures figures, Func<string, MarkPrice?> board, long now)
    {
        var cash = account.Of(margin.Currency).Total;
        return margin.Owed > 0 && cash < margin.Owed && margin.Charges(clock.At(now)) is { } charges
            ? charges with { Loan = 0, Borrow = 0 }
            : cash < 0
                ? new LiquidationStepEnded(
                    clock.At(now), margin.Currency.Name, margin.Currency.Decimals, 0, 0, 0, -cash)
            : checks.Reviewed(margin, StateAt(margin, figures), 0, 0, board, checks.Newer(margin, [], board), now);
    }

    private LiquidationStepEnded EndStep(MarginAccount margin)
    {
        Positions.Find(margin, checks.Agreements, MarginControl.OwnOf(margin));
        var value = (long)margin.StepValue;
        var fee = Liquidation.Fee(
            value, Positions.Figures(margin).Equity, checks.Agreements.PolicyOf(margin.Currency.Name));
        return new LiquidationStepEnded(
            clock.TimeNanos, margin.Currency.Name, margin.Currency.Decimals, margin.StepNumber, value, fee, 0);
    }

    /// <summary>Returns the order of the next step; null if nothing can be traded now.</summary>
    private HoldPlaced? Step(MarginAccount margin, MarginPolicy policy, Func<string, bool> isTrading, long now)
    {
        Positions.Find(margin, checks.Agreements, MarginControl.OwnOf(margin));
        var figures = Positions.Figures(margin);
        var liquidation = new GroupLiquidation(Positions.Span, margin.Steps + 1, policy);
        if (liquidation.Next(isTrading) is not (>= 0 and var next))
        {
            return null;
        }

        var position = Positions[next];
        var instrument = position.Of.Instrument;
        var side = position.Units > 0 ? Side.Sell : Side.Buy;
        var price = Liquidation.PriceTicks(instrument, position.MarkTicks, side, margin.Steps + 1);
        var lots = Math.Min(liquidation.Lots(figures, position, price), instrument.MaxQuantityLots);
        var number = account.LastNumber + 1;
        var order = new SubmitOrder(
            account.Id.Value,
            number,
            LiquidationName + number.ToString(CultureInfo.InvariantCulture),
            side,
            OrderType.Limit,
            TimeInForce.ImmediateOrCancel,
            PostOnly: false,
            price,
            lots,
            MakerFeePpm: 0,
            TakerFeePpm: volumes.HighestRebate(instrument.Quote.Name));
        var fees = new OrderFees(side, new FeeTerms(order.MakerFeePpm, order.TakerFeePpm));
        return new HoldPlaced(clock.At(now), instrument.Symbol, order, 1, HoldRule.Hold(instrument, price, lots, fees));
    }

    /// <summary>Returns the open orders that can do more than reduce the position in their symbol.</summary>
    private IEnumerable<HeldOrder> RiskyOrders(HeldOrder[] open)
    {
        var left = new Dictionary<string, Int128>(StringComparer.Ordinal);
        foreach (var order in open)
        {
            var (symbol, lotUnits) = (order.Instrument.Symbol, order.Instrument.LotUnits);
            var units = left.GetValueOrDefault(symbol, account.Of(order.Instrument.Base).Total);
            var change = order.WorstLots * (Int128)(order.Side == Side.Buy ? lotUnits : -lotUnits);
            var reduces = Int128.Sign(units) == -Int128.Sign(change) && Int128.Abs(change) <= Int128.Abs(units);
            if (reduces || change == 0)
            {
                left[symbol] = units + change;
            }
            else
            {
                yield return order;
            }
        }
    }

    /// <summary>
    /// Returns the interest of the next day that has begun; null if all days are on record, and for a cash account.
    /// </summary>
    public AccountRecord? Accrue(Func<string, MarkPrice?> board, long now) =>
        checks.MarginAccount is { } margin ? Accrue(margin, board, now) : null;

    private InterestAccrued? Accrue(MarginAccount margin, Func<string, MarkPrice?> board, long now)
    {
        if (UtcDay.Of(now) <= margin.AccruedDay)
        {
            return null;
        }

        var policy = checks.Agreements.PolicyOf(margin.Currency.Name);
        var markOf = MarginControl.NewestOf(margin, board);
        Int128 borrow = 0;
        foreach (var (asset, of) in checks.Agreements.PaidIn(margin.Currency.Name))
        {
            // Units are borrowed from the settlement of their sale to the settlement of the buy that returns them.
            if (account.SettledOf(asset) is not (< 0 and var units))
            {
                continue;
            }

            if (markOf(of.Instrument.Symbol) is not { PriceTicks: > 0 and var mark })
            {
                return null;
            }

            borrow += -of.Value(mark, units) * of.Terms.BorrowPpm;
        }

        // The basis of the first accrual stays, because the carried amount is in its units.
        var basis = margin.DayBasis == 0 ? policy.DayBasis : margin.DayBasis;
        // A purchase is paid at its settlement, so the loan begins then.
        var debt = Int128.Max(0, -(Int128)account.SettledOf(margin.Currency.Name));
        var day = margin.AccruedDay + 1;
        var accrued = new InterestAccrued(
            clock.At(now), day, margin.Currency.Name, margin.Currency.Decimals, basis,
            margin.Loan + (debt * policy.LoanPpm), margin.Borrow + borrow, 0, 0);
        return UtcDay.DateOf(day).Day == 1 ? MarginAccount.Charged(accrued) : accrued;
    }
}
