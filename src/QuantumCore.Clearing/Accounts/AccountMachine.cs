using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// An account's state machine: it applies its own decisions and the book records that touch it. It is pure: a decision
/// gives a record, and only applying the record changes anything.
/// </summary>
internal sealed partial class AccountMachine(
    AccountId id,
    Func<string, Instrument> instrumentOf,
    Func<string, FeeSchedule?>? scheduleOf = null,
    Func<MarginAgreements>? agreements = null,
    Func<string, BusinessCalendar>? calendarOf = null)
{
    // Begins with a space, because no client order id does.
    private const string DepositPrefix = " deposit:";

    private readonly SortedDictionary<string, long> _cursors = new(StringComparer.Ordinal);
    private UsedKeys _keys = new();
    private Func<string, bool>? _mayLack;

    /// <summary>
    /// True if it has applied everything its own decisions relied on; false during recovery. Then a hold may use
    /// proceeds of a book whose records are not applied yet, so that holds may exceed balances.
    /// </summary>
    public bool IsCaughtUp { get; private set; } = true;

    /// <summary>Balances and open orders.</summary>
    public Account Account { get; } = new(id);

    /// <summary>Sequence of the account's last own record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Number of applied records, including those of books.</summary>
    public long Folded { get; private set; }

    /// <summary>Time of the account's last own record, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

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
        if (Barrier is var barred and not RejectReason.None)
        {
            return Refuse(request.ClientOrderId, hash, barred, now);
        }

        var fees = FeesFor(instrument, At(now));
        var need = NeedOf(request, instrument, fees);
        var reason = CheckHold(instrument, request.Side, need, now, out var amount);
        reason = reason == RejectReason.None ? CheckReceipt(request, instrument, need, fees) : reason;
        if (IsMargin && reason == RejectReason.None)
        {
            reason = CheckMargin([MarginOrderOf(request, instrument, need, fees)], null, now);
        }

        return reason == RejectReason.None
            ? new HoldPlaced(At(now), request.Symbol, OrderFor(request, Account.LastNumber + 1, fees), hash, amount)
            : new KeyRefused(At(now), request.ClientOrderId, hash, reason);
    }

    /// <summary>
    /// Decides about a replacement of an open order, which holds only what it needs beyond the old one.
    /// </summary>
    public AccountRecord DecideReplacement(
        HeldOrder old, string clientOrderId, long priceTicks, long quantityLots, ulong hash, long now,
        long? triggerTicks = null)
    {
        if (Barrier is var barred and not RejectReason.None)
        {
            return Refuse(clientOrderId, hash, barred, now);
        }

        var instrument = old.Instrument;
        var fees = FeesFor(instrument, At(now));
        var reason =
            Account.CheckHold(instrument, old.Side, priceTicks, quantityLots, old.Number, fees, out var amount);
        reason = reason == RejectReason.None ? CheckSettled(instrument, old.Side, amount, now) : reason;
        reason = reason == RejectReason.None ? CheckReceipt(old, priceTicks, quantityLots) : reason;
        if (IsMargin && reason == RejectReason.None)
        {
            reason = CheckMargin([new MarginOrder(instrument, old.Side, priceTicks, quantityLots, fees)], old, now);
        }

        if (reason != RejectReason.None)
        {
            return new KeyRefused(At(now), clientOrderId, hash, reason);
        }

        var conditions = triggerTicks is { } trigger ? old.Conditions! with { TriggerTicks = trigger } : old.Conditions;
        if (conditions?.DisplayLots > quantityLots)
        {
            // An iceberg displays at most what it has.
            conditions = conditions with { DisplayLots = quantityLots };
        }

        var order = new SubmitOrder(
            id.Value,
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
        return new HoldPlaced(At(now), instrument.Symbol, order, hash, amount);
    }

    /// <summary>Removes the list's name from the replacement of a list's order.</summary>
    private static OrderConditions? OfNoList(OrderConditions? conditions) =>
        conditions?.ListName is null ? conditions
        : conditions with { ListName = null } is var rest && rest == new OrderConditions() ? null : rest;

    /// <summary>Uses up a client order id by a rejection that depends on more than the request alone.</summary>
    public AccountRecord Refuse(string clientOrderId, ulong hash, RejectReason reason, long now) =>
        new KeyRefused(At(now), clientOrderId, hash, reason);

    /// <summary>Uses up a client order id for a reduction in place.</summary>
    public AccountRecord AskReduction(string clientOrderId, ulong hash, HeldOrder order, long totalLots, long now) =>
        new ReductionAsked(At(now), clientOrderId, hash, order.Number, totalLots, order.Instrument.Symbol);

    /// <summary>Uses up a client order id whose order was cancelled before it arrived.</summary>
    public AccountRecord Burn(string clientOrderId, long now) =>
        new KeyRefused(At(now), clientOrderId, 0, RejectReason.KeyCancelled);

    /// <summary>Records a deposit under an unused key.</summary>
    public AccountRecord Deposit(DepositRequest request, Asset asset, long now) =>
        new Deposited(At(now), request.Key, asset.Name, asset.Decimals, request.Amount);

    /// <summary>Marks a mass cancel of everything so far.</summary>
    public CancelAllMarked MarkCancelAll(long now) => new(At(now), Account.LastNumber);

    /// <summary>Begins the recovery: from here on its own records are ahead of its books.</summary>
    public void BeginCatchUp() => IsCaughtUp = false;

    /// <summary>
    /// Ends the recovery: every book is applied as far as its own decisions, so that holds must be covered.
    /// </summary>
    public void EndCatchUp()
    {
        IsCaughtUp = true;
        Account.RequireCover(_mayLack ??= MayLack);
    }

    private void RequireCover(Instrument instrument)
    {
        if (IsCaughtUp)
        {
            Account.RequireCover(instrument, _mayLack ??= MayLack);
        }
    }

    private bool MayLack(string asset) => IsBeingSplit(asset) || _lacking.Contains(asset);

    /// <summary>Applies the account's own next record.</summary>
    public void Apply(AccountRecord record)
    {
        Sequence++;
        Folded++;
        TimeNanos = record.TimeNanos;
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
            case AccountFrozen or AccountUnfrozen:
                ApplyFreeze(record);
                break;
            case LimitsSet limits:
                Apply(limits);
                break;
            case VolumesSet volumes:
                _owners = volumes;
                break;
            case AccountKindSet kind:
                Apply(kind);
                break;
            case DeficitSharePaid or MarginReviewed or LiquidationStepEnded or DeficitCovered or InterestAccrued:
                ApplyMargin(record);
                break;
            case CorporateActionEntered or CorporateActionPaid or SplitEntered or SymbolChanged:
                ApplyAction(record);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not an account's record.");
        }

        ForgetLacking();
    }

    /// <summary>
    /// Returns the order of a hold, to submit it, perhaps again. Its terms are known while it is open here; the book
    /// knows a finished one by its number.
    /// </summary>
    public SubmitOrder OrderOf(in UsedKey key, HoldRequest request)
    {
        if (!Account.Orders.TryGetValue(key.Number, out var held))
        {
            return OrderFor(request, key.Number, FeeTerms.Of(instrumentOf(key.Symbol)));
        }

        return OrderOf(held);
    }

    private SubmitOrder OrderOf(HeldOrder held) => new(
            id.Value,
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

    private long At(long now) => TimeCorrection.After(TimeNanos, now, CorrectsTime);

    private void Apply(HoldPlaced hold)
    {
        var order = hold.Order;
        var fees = new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee);
        var held = new HeldOrder
        {
            Instrument = instrumentOf(hold.Symbol),
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
        FollowSettlement(instrumentOf(hold.Symbol));
        if (order.ClientOrderId.StartsWith(LiquidationName, StringComparison.Ordinal))
        {
            _margin?.BeginStep(order.Number, hold.TimeNanos);
        }
        else
        {
            CountOrder(hold.Symbol, order, hold.TimeNanos);
        }
    }
}
