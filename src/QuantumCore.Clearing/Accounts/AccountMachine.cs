using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// An account's state machine: it applies its own decisions and the book records that touch it. It is pure: a decision
/// gives a record, and only applying the record changes anything.
/// </summary>
internal sealed partial class AccountMachine
{
    // They begin with a space, because no client order id does.
    private const string ActionPrefix = " action:";
    private const string DepositPrefix = " deposit:";

    private readonly Func<string, Instrument> _instrumentOf;

    private readonly AccountClock _clock = new();
    private readonly AccountFreeze _freeze = new();
    private readonly FundsInTransit _transit = new();
    private readonly TradedSymbols _traded = new();
    private readonly AccountVolumes _volumes;
    private readonly RiskLimits _limits;
    private readonly AccountSettlement _settlement;
    private readonly AccountMargin _margin;
    private readonly MarginReview _review;
    private readonly LackingAssets _lacking;
    private readonly CorporateEntitlements _corporate;
    private readonly HoldCover _cover;
    private readonly SortedDictionary<string, long> _cursors = new(StringComparer.Ordinal);
    private UsedKeys _keys = new();

    /// <summary>Creates the machine of a new account.</summary>
    public AccountMachine(
        AccountId id,
        Func<string, Instrument> instrumentOf,
        Func<string, FeeSchedule?>? scheduleOf = null,
        Func<MarginAgreements>? agreements = null,
        Func<string, BusinessCalendar>? calendarOf = null)
    {
        _instrumentOf = instrumentOf;
        Account = new Account(id);
        _volumes = new AccountVolumes(scheduleOf);
        _limits = new RiskLimits(Account, _traded, instrumentOf);
        _settlement = new AccountSettlement(Account, _clock, calendarOf);
        _margin = new AccountMargin(Account, _clock, _traded, _settlement, agreements);
        _review = new MarginReview(Account, _clock, _traded, _volumes, _settlement, _margin);
        _lacking = new LackingAssets(Account, _margin);
        _corporate = new CorporateEntitlements(Account, _clock, instrumentOf);
        _cover = new HoldCover(Account, asset => _corporate.IsBeingSplit(asset) || _lacking.Contains(asset));
    }

    /// <summary>
    /// True if it has applied everything its own decisions relied on; false during recovery. Then a hold may use
    /// proceeds of a book whose records are not applied yet, so that holds may exceed balances.
    /// </summary>
    public bool IsCaughtUp => _cover.IsCaughtUp;

    /// <summary>Balances and open orders.</summary>
    public Account Account { get; }

    /// <summary>Sequence of the account's last own record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Number of applied records, including those of books.</summary>
    public long Folded { get; private set; }

    /// <summary>Time of the account's last own record, Unix nanoseconds.</summary>
    public long TimeNanos => _clock.TimeNanos;

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime
    {
        get => _clock.CorrectsTime;
        set => _clock.CorrectsTime = value;
    }

    /// <summary>
    /// Last applied sequence of each source: by symbol for the books in which it ever had an order, by stream for the
    /// payouts of what it ever withdrew.
    /// </summary>
    public IReadOnlyDictionary<string, long> Cursors => _cursors;

    /// <summary>The books with open orders.</summary>
    public IReadOnlyCollection<string> OpenBooks => Account.OpenSymbols;

    /// <summary>Returns the use of a client order id; false if it is unused.</summary>
    public bool IsUsed(string clientOrderId, out UsedKey key) => _keys.TryGetValue(clientOrderId, out key);

    /// <summary>Returns the use of a deposit's key; false if it is unused.</summary>
    public bool IsDeposited(string key, out UsedKey used) => _keys.TryGetValue(DepositPrefix + key, out used);

    /// <summary>Decides about an order under an unused key: a hold, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(HoldRequest request, ulong hash, Instrument instrument, long now)
    {
        if (_freeze.Barrier is var barred and not RejectReason.None)
        {
            return Refuse(request.ClientOrderId, hash, barred, now);
        }

        var fees = FeesFor(instrument, now);
        var need = NeedOf(request, instrument, fees);
        var reason = CheckHold(instrument, request.Side, need, now, out var amount);
        reason = reason == RejectReason.None ? CheckReceipt(request, instrument, need, fees) : reason;
        if (IsMargin && reason == RejectReason.None)
        {
            reason = _margin.Check([MarginOrderOf(request, instrument, need, fees)], null, now);
        }

        return reason == RejectReason.None
            ? new HoldPlaced(_clock.At(now), request.Symbol, OrderFor(request, Account.LastNumber + 1, fees), hash, amount)
            : new KeyRefused(_clock.At(now), request.ClientOrderId, hash, reason);
    }

    /// <summary>
    /// Decides about a replacement of an open order, which holds only what it needs beyond the old one.
    /// </summary>
    public AccountRecord DecideReplacement(
        HeldOrder old, string clientOrderId, long priceTicks, long quantityLots, ulong hash, long now,
        long? triggerTicks = null)
    {
        if (_freeze.Barrier is var barred and not RejectReason.None)
        {
            return Refuse(clientOrderId, hash, barred, now);
        }

        var instrument = old.Instrument;
        var fees = FeesFor(instrument, now);
        var reason =
            Account.CheckHold(instrument, old.Side, priceTicks, quantityLots, old.Number, fees, out var amount);
        reason = reason == RejectReason.None ? _settlement.Check(instrument, old.Side, amount, now) : reason;
        reason = reason == RejectReason.None ? CheckReceipt(old, priceTicks, quantityLots) : reason;
        if (IsMargin && reason == RejectReason.None)
        {
            reason = _margin.Check([new MarginOrder(instrument, old.Side, priceTicks, quantityLots, fees)], old, now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(_clock.At(now), clientOrderId, hash, reason);
        }

        var conditions = triggerTicks is { } trigger ? old.Conditions! with { TriggerTicks = trigger } : old.Conditions;
        if (conditions?.DisplayLots > quantityLots)
        {
            // An iceberg displays at most what it has.
            conditions = conditions with { DisplayLots = quantityLots };
        }

        var order = new SubmitOrder(
            Account.Id.Value,
            Account.LastNumber + 1,
            clientOrderId,
            old.Side,
            old.Type,
            old.TimeInForce,
            old.PostOnly,
            priceTicks,
            quantityLots,
            fees.MakerPpm,
            fees.TakerPpm,
            old.Number,
            old.LeavesLots,
            SelfTrade: old.SelfTrade,
            Conditions: EncodedConditions.From(OfNoList(conditions)),
            MinimumFee: fees.Minimum);
        return new HoldPlaced(_clock.At(now), instrument.Symbol, order, hash, amount);
    }

    /// <summary>Removes the list's name from the replacement of a list's order.</summary>
    private static OrderConditions? OfNoList(OrderConditions? conditions) =>
        conditions?.ListName is null ? conditions
        : conditions with { ListName = null } is var rest && rest == new OrderConditions() ? null : rest;

    /// <summary>Uses up a client order id by a rejection that depends on more than the request alone.</summary>
    public AccountRecord Refuse(string clientOrderId, ulong hash, RejectReason reason, long now) =>
        new KeyRefused(_clock.At(now), clientOrderId, hash, reason);

    /// <summary>Uses up a client order id for a reduction in place.</summary>
    public AccountRecord AskReduction(string clientOrderId, ulong hash, HeldOrder order, long totalLots, long now) =>
        new ReductionAsked(_clock.At(now), clientOrderId, hash, order.Number, totalLots, order.Instrument.Symbol);

    /// <summary>Uses up a client order id whose order was cancelled before it arrived.</summary>
    public AccountRecord Burn(string clientOrderId, long now) =>
        new KeyRefused(_clock.At(now), clientOrderId, 0, RejectReason.KeyCancelled);

    /// <summary>Records a deposit under an unused key.</summary>
    public AccountRecord Deposit(DepositRequest request, Asset asset, long now) =>
        new Deposited(_clock.At(now), request.Key, asset.Name, asset.Decimals, request.Amount);

    /// <summary>Marks a mass cancel of everything so far.</summary>
    public CancelAllMarked MarkCancelAll(long now) => new(_clock.At(now), Account.LastNumber);

    /// <summary>Returns the account's fees in the assets of some schedules.</summary>
    public IEnumerable<AccountFees> Fees(IEnumerable<FeeSchedule> schedules, long now) =>
        _volumes.Fees(schedules, UtcDay.Of(_clock.At(now)));

    /// <summary>Returns the value traded by the account itself in the complete days before a day.</summary>
    public IEnumerable<TradedVolume> VolumesBefore(long day) => _volumes.Before(day);

    /// <summary>
    /// Decides to use its owner's volumes from a day on; returns null if those of that or a later day are on record.
    /// </summary>
    public AccountRecord? SetVolumes(long day, ImmutableArray<TradedVolume> volumes, long now) =>
        _volumes.HasOwners(day) ? null : new VolumesSet(_clock.At(now), day, volumes);

    /// <summary>True if it may neither enter orders nor give anything away.</summary>
    public bool IsFrozen => _freeze.IsFrozen;

    /// <summary>Highest number of a frozen account's affected orders.</summary>
    public long FrozenFloor => _freeze.Floor;

    /// <summary>Reason of a freeze that no operator made; null if there is none.</summary>
    public string? FrozenWhy => _freeze.AutomaticReason;

    /// <summary>True if a realised loss may have reached its kill switch.</summary>
    public bool MayHaveLostTooMuch => _limits.KillsOnLoss && !_freeze.Closes;

    /// <summary>True if a kill switch froze the account and books still have orders that must be cancelled.</summary>
    public bool IsClosingOrders => _freeze.IsByKillSwitch && BooksUpTo(FrozenFloor).Any();

    /// <summary>Returns the books with open orders up to a number.</summary>
    public IEnumerable<string> BooksUpTo(long floor) => Account.Orders.Values.Where(order => order.Number <= floor)
        .Select(order => order.Instrument.Symbol).Distinct();

    /// <summary>Decides about a freeze; returns null if it is already frozen in this way or more strictly.</summary>
    public AccountRecord? Freeze(FreezeRequest request, long now) => _freeze.Includes(request)
        ? null
        : new AccountFrozen(_clock.At(now), Account.LastNumber, request.Closes, request.By, request.Why);

    /// <summary>Decides to unfreeze it; returns null if it is not frozen.</summary>
    public AccountRecord? Unfreeze(string by, string why, long now) =>
        IsFrozen ? new AccountUnfrozen(_clock.At(now), by, why) : null;

    /// <summary>
    /// Decides to freeze the account over a broken limit; returns null if the limit does not freeze it.
    /// </summary>
    public AccountRecord? FreezeOn(BrokenLimit broken, long now) =>
        broken.Reason != RejectReason.KillSwitch ? null : Freeze(
        new FreezeRequest(Closes: true, AccountFreeze.KillSwitchName, broken.Why ?? ""), now);

    /// <summary>
    /// Decides to freeze the account over its realised loss; returns null if it has lost less, or is frozen already.
    /// </summary>
    public AccountRecord? FreezeOnLoss(long now) =>
        MayHaveLostTooMuch && IsCaughtUp && BrokenLoss(now) is { } broken ? FreezeOn(broken, now) : null;

    /// <summary>Returns the kill switch that the loss of the UTC day has reached, or null.</summary>
    public BrokenLimit? BrokenLoss(long now) => _limits.BrokenLoss(_clock.At(now));

    /// <summary>True if the account has limits of its own.</summary>
    public bool HasLimits => _limits.Any;

    /// <summary>Risk limits of each scope that has any.</summary>
    public IEnumerable<SymbolLimits> Limits => _limits.All;

    /// <summary>Decides to set all limits of a scope; returns null if they are unchanged.</summary>
    public AccountRecord? SetLimits(LimitsRequest request, long now) => _limits.Has(request)
        ? null
        : new LimitsSet(_clock.At(now), request.Symbol, request.Limits, request.By, request.Why);

    /// <summary>
    /// Returns the first risk limit that the orders break together, or null (<see cref="RiskLimits.Check"/>). It
    /// returns null for an account that may not enter them anyway, which is rejected elsewhere.
    /// </summary>
    /// <param name="orders">The orders to be held.</param>
    /// <param name="replaced">The order they replace; null for none.</param>
    /// <param name="everyones">Returns the limits that each account has in a symbol.</param>
    /// <param name="owners">Returns the account's part of its owner's limits in a scope.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public BrokenLimit? CheckLimits(
        ReadOnlySpan<AskedOrder> orders,
        HeldOrder? replaced,
        Func<string, ImmutableArray<AccountLimit>> everyones,
        Func<string, ImmutableArray<AccountLimit>> owners,
        long now) =>
        IsFrozen || (IsMargin && _margin.Barrier(orders, replaced) != RejectReason.None)
            ? null
            : _limits.Check(
                orders, replaced, IsMargin && _margin.IsReduction(orders, replaced), everyones, owners, _clock.At(now));

    /// <summary>
    /// Returns the account's position in an instrument, in lots, as if its open orders from signals had traded. So a
    /// second signal does not ignore the first one's order. Other orders do not count before they trade.
    /// </summary>
    public long PositionForSignals(Instrument instrument)
    {
        var has = Account.Of(instrument.Base).Total / instrument.LotUnits;
        foreach (var order in Account.Orders.Values)
        {
            if (order.Instrument.Symbol == instrument.Symbol && SignalNames.IsOfSignal(order.ClientOrderId))
            {
                has = checked(has + (order.Side == Side.Buy ? order.LeavesLots : -order.LeavesLots));
            }
        }

        return has;
    }

    /// <summary>True for a margin account, which may owe.</summary>
    public bool IsMargin => _margin.IsMargin;

    /// <inheritdoc cref="AccountMargin.SetKind"/>
    public (string? WhyNot, AccountRecord? Record) SetKind(AccountKindRequest request, Asset? currency, long now) =>
        _margin.SetKind(request, currency, now);

    /// <inheritdoc cref="AccountMargin.TakeMarks"/>
    public AccountRecord? TakeMarks(ReadOnlySpan<string> symbols, Func<string, MarkPrice?> board, long now) =>
        _margin.TakeMarks(symbols, board, now);

    /// <summary>
    /// Returns the margin figures of a margin account at the newest mark prices; null for a cash account.
    /// </summary>
    public MarginView? DescribeMargin(Func<string, MarkPrice?> board, long now) =>
        _margin.Describe(board, IsFrozen, now);

    /// <inheritdoc cref="MarginReview.Review"/>
    public AccountRecord? Review(Func<string, MarkPrice?> board, Func<string, bool> isTrading, long now) =>
        _review.Review(board, isTrading, now);

    /// <inheritdoc cref="MarginReview.Work"/>
    public MarginWork Work() => _review.Work(OrderOf);

    /// <inheritdoc cref="MarginReview.TakeCover"/>
    public AccountRecord? TakeCover(LiquidationCover cover, long now) => _review.TakeCover(cover, now);

    /// <summary>
    /// Records the account's payment of a share of another account's deficit (<see cref="MarginReview.PayShare"/>).
    /// Returns null if it has paid before; that stays on record even if the account becomes a cash account.
    /// </summary>
    public AccountRecord? PayShare(DeficitShareRequest request, Asset asset, long now) =>
        IsUsed(ShareName(request.Account, request.Sequence), out _) ? null : _review.PayShare(request, asset, now);

    /// <inheritdoc cref="MarginReview.Accrue(Func{string, MarkPrice?}, long)"/>
    public AccountRecord? Accrue(Func<string, MarkPrice?> board, long now) => _review.Accrue(board, now);

    /// <inheritdoc cref="AccountSettlement.FundsFor"/>
    public SettlementFunds? FundsFor(string venue, long date, long now) => _settlement.FundsFor(venue, date, now);

    /// <inheritdoc cref="LackingAssets.IsShort"/>
    public bool IsShort => _lacking.IsShort;

    /// <summary>Returns true if it lacks an asset since a trade was changed.</summary>
    public bool Lacks(string asset) => _lacking.Contains(asset);

    /// <summary>
    /// Decides to freeze an account that lacks something and to cancel its orders; returns null if that is on record or
    /// nothing is lacking.
    /// </summary>
    public AccountRecord? FreezeWhenShort(long now) => !IsShort || !IsCaughtUp ? null : Freeze(
        new FreezeRequest(
            Closes: true, AccountFreeze.ExchangeName, $"lacks {_lacking.Names} since a trade was changed"),
        now);

    /// <summary>
    /// Decides the part of an action from the account's units at its cut; returns null if it is on record.
    /// </summary>
    /// <exception cref="OverflowException">The balance would overflow.</exception>
    public AccountRecord? EnterAction(CorporateActionView action, long units, long now) =>
        HasEntered(action) ? null : _corporate.Enter(action, units, now);

    /// <summary>Decides to keep the remainder of an action; returns null if it is on record.</summary>
    public AccountRecord? KeepRounding(CorporateActionView action, long amount, long now) =>
        HasEntered(action) ? null : _corporate.KeepRounding(action, amount, now);

    /// <inheritdoc cref="CorporateEntitlements.Pay"/>
    public AccountRecord? PayAction(string action, long now) => _corporate.Pay(action, now);

    private bool HasEntered(CorporateActionView action) => IsUsed(ActionPrefix + action.Request.Id, out _);

    // Begins with a space like generated orders, because no client's name does.
    private static string ShareName(long loser, long deficit) =>
        string.Create(CultureInfo.InvariantCulture, $" deficit:{loser}:{deficit}");

    /// <summary>Begins the recovery: from here on its own records are ahead of its books.</summary>
    public void BeginCatchUp() => _cover.BeginCatchUp();

    /// <summary>
    /// Ends the recovery: every book is applied as far as its own decisions, so that holds must be covered.
    /// </summary>
    public void EndCatchUp() => _cover.EndCatchUp();

    /// <summary>Applies the account's own next record.</summary>
    public void Apply(AccountRecord record)
    {
        Sequence++;
        Folded++;
        _clock.TimeNanos = record.TimeNanos;
        switch (record)
        {
            case HoldPlaced hold:
                Apply(hold);
                break;
            case ListHeld list:
                Apply(list);
                break;
            case KeyRefused refused:
                _keys.Add(refused.ClientOrderId, new UsedKey(Sequence, refused.RequestHash, 0, "", refused.Reason));
                break;
            case Deposited deposit:
                Account.Deposit(new Asset(deposit.Asset, deposit.Decimals), deposit.Amount);
                _keys.Add(DepositPrefix + deposit.Key, new UsedKey(
                    Sequence, RequestHash.Of(deposit.Asset, deposit.Amount), 0, "", RejectReason.None));
                break;
            case ReductionAsked asked:
                _keys.Add(asked.ClientOrderId, new UsedKey(
                    Sequence, asked.RequestHash, asked.Number, asked.Symbol, RejectReason.None, asked.TotalLots));
                break;
            case CancelAllMarked:
                break;
            case TransferredOut transfer:
                Apply(transfer);
                break;
            case TransferEnded ended:
                Apply(ended);
                break;
            case Withdrawn withdrawal:
                Apply(withdrawal);
                break;
            case AccountFrozen:
                _freeze.Apply(record);
                break;
            case AccountUnfrozen:
                _freeze.Apply(record);
                _limits.RestartKillWindows();
                break;
            case LimitsSet limits:
                _limits.Apply(limits);
                break;
            case VolumesSet volumes:
                _volumes.Apply(volumes);
                break;
            case AccountKindSet kind:
                _margin.Apply(kind);
                break;
            case DeficitSharePaid paid:
                // It may be a cash account by now.
                Account.Give(new Asset(paid.Asset, paid.Decimals), paid.Amount);
                _keys.Add(ShareName(paid.Loser, paid.Deficit), new UsedKey(Sequence, 0, 0, "", RejectReason.None));
                break;
            case MarginReviewed or LiquidationStepEnded or DeficitCovered or InterestAccrued:
                _margin.Apply(record, Sequence);
                break;
            case CorporateActionEntered or CorporateActionPaid or SplitEntered or SymbolChanged:
                ApplyAction(record);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not an account's record.");
        }

        _lacking.Forget();
    }

    /// <summary>
    /// Returns the order of a hold, to submit it, perhaps again. Its terms are known while it is open here; the book
    /// knows a finished one by its number.
    /// </summary>
    public SubmitOrder OrderOf(in UsedKey key, HoldRequest request)
    {
        if (!Account.Orders.TryGetValue(key.Number, out var held))
        {
            return OrderFor(request, key.Number, FeeTerms.Of(_instrumentOf(key.Symbol)));
        }

        return OrderOf(held);
    }

    private SubmitOrder OrderOf(HeldOrder held) => new(
            Account.Id.Value,
            held.Number,
            held.ClientOrderId,
            held.Side,
            held.Type,
            held.TimeInForce,
            held.PostOnly,
            held.PriceTicks,
            held.SubmittedLots,
            held.Fees.MakerPpm,
            held.Fees.TakerPpm,
            held.ReplacesNumber,
            held.ExpectedLeavesLots,
            SelfTrade: held.SelfTrade,
            Conditions: EncodedConditions.From(held.Conditions),
            MinimumFee: held.Fees.Minimum);

    private FeeTerms FeesFor(Instrument instrument, long now) =>
        _volumes.TermsOf(instrument, UtcDay.Of(_clock.At(now)));

    private void Apply(HoldPlaced hold)
    {
        var order = hold.Order;
        var fees = new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee);
        var held = new HeldOrder
        {
            Instrument = _instrumentOf(hold.Symbol),
            Number = order.Number,
            ClientOrderId = order.ClientOrderId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            PostOnly = order.PostOnly,
            SelfTrade = order.SelfTrade,
            Conditions = order.Conditions.Decode(),
            PriceTicks = order.PriceTicks,
            SubmittedLots = order.QuantityLots,
            Fees = fees,
            Paid = new OrderFees(order.Side, fees),
            TimeNanos = hold.TimeNanos,
            ReplacesNumber = order.ReplacesNumber,
            ExpectedLeavesLots = order.ExpectedLeavesLots,
            Sequence = Sequence,
            QuantityLots = order.QuantityLots,
            Held = hold.Amount,
        };
        held.Standing = held.StandingByKind;
        Account.Hold(held);
        _keys.Add(
            order.ClientOrderId,
            new UsedKey(Sequence, hold.RequestHash, order.Number, hold.Symbol, RejectReason.None));
        _cursors.TryAdd(hold.Symbol, 0);
        FollowSettlement(_instrumentOf(hold.Symbol));
        if (MarginReview.IsStep(order))
        {
            _margin.Standing?.BeginStep(order.Number, hold.TimeNanos);
        }
        else
        {
            _limits.Count(hold.Symbol, order, hold.TimeNanos);
        }
    }

    private void ApplyAction(AccountRecord record)
    {
        switch (record)
        {
            case CorporateActionEntered entered:
                UseAction(entered.Action);
                _corporate.Apply(entered);
                // An account that was short at the cut owes the cash paid on these units.
                _lacking.Find(entered.Asset);
                break;
            case SplitEntered split:
                UseAction(split.Action);
                _corporate.Apply(split);
                _traded.Apply(split);
                _limits.ForgetUsual(split.UnitAsset);
                break;
            case CorporateActionPaid paid when !_corporate.Apply(paid):
                throw new InvalidDataException(
                    $"{Account.Id}: record {Sequence} pays corporate action {paid.Action}, which is not open like that.");
            case SymbolChanged changed:
                UseAction(changed.Action);
                _corporate.Apply(changed);
                break;
        }
    }

    private void UseAction(string action) =>
        _keys.Add(ActionPrefix + action, new UsedKey(Sequence, 0, 0, "", RejectReason.None));

    private void FollowSettlement(Instrument instrument)
    {
        if (instrument.SettlementDays > 0)
        {
            _cursors.TryAdd(SettlementRecord.StreamPrefix + instrument.SettlementVenue, 0);
        }
    }

    private RejectReason CheckHold(Instrument instrument, Side side, long need, long now, out long amount)
    {
        var reason = Account.CheckHold(instrument, side, need, out amount);
        return reason == RejectReason.None ? _settlement.Check(instrument, side, amount, now) : reason;
    }
}
