using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// An account's state machine: it applies its own decisions and the book records that touch it. It is pure: a decision
/// gives a record, and only applying the record changes anything.
/// </summary>
internal sealed class AccountMachine
{
    private readonly AccountParts _state;
    private readonly HoldDecisions _holds;
    private readonly MarginReview _review;
    private readonly AccountRecordApplier _own;
    private readonly BookRecordApplier _books;
    private readonly KnownHolds _known;

    /// <summary>Creates the machine of a new account.</summary>
    public AccountMachine(
        AccountId id,
        Func<string, Instrument> instrumentOf,
        Func<string, FeeSchedule?>? scheduleOf = null,
        Func<MarginAgreements>? agreements = null,
        Func<string, BusinessCalendar>? calendarOf = null)
    {
        var state = new AccountParts(id, instrumentOf, scheduleOf, agreements, calendarOf);
        _state = state;
        _holds = new HoldDecisions(
            state.Account, state.Clock, state.Volumes, state.Settlement, state.Transit, state.Margin);
        _review = new MarginReview(
            state.Account, state.Clock, state.Traded, state.Volumes, state.Settlement, state.Margin);
        _own = new AccountRecordApplier(state);
        _books = new BookRecordApplier(
            state.Account, instrumentOf, state.Traded, state.Volumes, state.Margin, state.Lacking, state.Corporate,
            state.Cover);
        _known = new KnownHolds(state.Account);
    }

    /// <summary>
    /// True if it has applied everything its own decisions relied on; false during recovery. Then a hold may use
    /// proceeds of a book whose records are not applied yet, so that holds may exceed balances.
    /// </summary>
    public bool IsCaughtUp => _state.Cover.IsCaughtUp;

    /// <summary>Balances and open orders.</summary>
    public Account Account => _state.Account;

    /// <summary>Sequence of the account's last own record.</summary>
    public long Sequence => _state.Sequence;

    /// <summary>Number of applied records, including those of books.</summary>
    public long Folded => _state.Folded;

    /// <summary>Time of the account's last own record, Unix nanoseconds.</summary>
    public long TimeNanos => _state.Clock.TimeNanos;

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime
    {
        get => _state.Clock.CorrectsTime;
        set => _state.Clock.CorrectsTime = value;
    }

    /// <summary>
    /// Last applied sequence of each source: by symbol for the books in which it ever had an order, by stream for the
    /// payouts of what it ever withdrew.
    /// </summary>
    public IReadOnlyDictionary<string, long> Cursors => _state.Cursors;

    /// <summary>The books with open orders.</summary>
    public IReadOnlyCollection<string> OpenBooks => Account.OpenSymbols;

    /// <summary>Returns the use of a client order id; false if it is unused.</summary>
    public bool IsUsed(string clientOrderId, out UsedKey key) => _state.Keys.TryGetValue(clientOrderId, out key);

    /// <summary>Returns the use of a deposit's key; false if it is unused.</summary>
    public bool IsDeposited(string key, out UsedKey used) =>
        _state.Keys.TryGetValue(AccountKeys.OfDeposit(key), out used);

    /// <summary>Decides about an order under an unused key: a hold, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(HoldRequest request, ulong hash, Instrument instrument, long now) =>
        _state.Freeze.Rejection is var rejection and not RejectReason.None
            ? Refuse(request.ClientOrderId, hash, rejection, now)
            : _holds.Decide(request, hash, instrument, now);

    /// <summary>
    /// Decides about a replacement of an open order, which holds only what it needs beyond the old one.
    /// </summary>
    public AccountRecord DecideReplacement(
        HeldOrder old, string clientOrderId, long priceTicks, long quantityLots, ulong hash, long now,
        long? triggerTicks = null)
    {
        if (_state.Freeze.Rejection is var rejection and not RejectReason.None)
        {
            return Refuse(clientOrderId, hash, rejection, now);
        }

        return _holds.DecideReplacement(old, clientOrderId, priceTicks, quantityLots, hash, now, triggerTicks);
    }

    /// <summary>Decides about a list under unused names: all of it is held, or the first name is used up.</summary>
    public AccountRecord DecideList(
        OrderListKind kind, ImmutableArray<HoldRequest> requests, ulong hash, Instrument instrument, long now) =>
        _state.Freeze.Rejection is var rejection and not RejectReason.None
            ? Refuse(requests[0].ClientOrderId, hash, rejection, now)
            : _holds.DecideList(kind, requests, hash, instrument, now);

    /// <inheritdoc cref="HoldDecisions.DecideStrategy"/>
    public AccountRecord DecideStrategy(
        ImmutableArray<HoldRequest> requests, ulong hash, Instrument[] instruments, long now, out int? at)
    {
        if (_state.Freeze.Rejection is var rejection and not RejectReason.None)
        {
            at = null;
            return Refuse(requests[0].ClientOrderId, hash, rejection, now);
        }

        return _holds.DecideStrategy(requests, hash, instruments, now, out at);
    }

    /// <summary>Returns the orders of a held list by its first name; null if it is not that list.</summary>
    public ImmutableArray<SubmitOrder>? ListOf(ImmutableArray<HoldRequest> requests, ulong hash)
    {
        var orders = ImmutableArray.CreateBuilder<SubmitOrder>(requests.Length);
        foreach (var request in requests)
        {
            if (!IsUsed(request.ClientOrderId, out var key) || key.RequestHash != hash || !key.IsOrder)
            {
                return null;
            }

            orders.Add(OrderOf(key, request));
        }

        return orders.MoveToImmutable();
    }

    /// <summary>Uses up a client order id by a rejection that depends on more than the request alone.</summary>
    public AccountRecord Refuse(string clientOrderId, ulong hash, RejectReason reason, long now) =>
        new KeyRefused(At(now), clientOrderId, hash, reason);

    /// <summary>Uses up a client order id for a reduction in place.</summary>
    public AccountRecord AskReduction(string clientOrderId, ulong hash, HeldOrder order, long totalLots, long now) =>
        new ReductionAsked(At(now), clientOrderId, hash, order.Number, totalLots, order.Instrument.Symbol);

    /// <summary>Uses up a client order id whose order was cancelled before it arrived.</summary>
    public AccountRecord RetireKey(string clientOrderId, long now) =>
        new KeyRefused(At(now), clientOrderId, 0, RejectReason.KeyCancelled);

    /// <summary>Records a deposit under an unused key.</summary>
    public AccountRecord Deposit(DepositRequest request, Asset asset, long now) =>
        new Deposited(At(now), request.Key, asset.Name, asset.Decimals, request.Amount);

    /// <summary>Marks a mass cancel of everything so far.</summary>
    public CancelAllMarked MarkCancelAll(long now) => new(At(now), Account.LastNumber);

    /// <summary>Returns the account's fees in the assets of some schedules.</summary>
    public IEnumerable<AccountFees> Fees(IEnumerable<FeeSchedule> schedules, long now) =>
        _state.Volumes.Fees(schedules, UtcDay.Of(At(now)));

    /// <summary>Returns the value traded by the account itself in the complete days before a day.</summary>
    public IEnumerable<TradedVolume> VolumesBefore(long day) => _state.Volumes.Before(day);

    /// <summary>
    /// Decides to use its owner's volumes from a day on; returns null if those of that or a later day are on record.
    /// </summary>
    public AccountRecord? SetVolumes(long day, ImmutableArray<TradedVolume> volumes, long now) =>
        _state.Volumes.HasOwners(day) ? null : new VolumesSet(At(now), day, volumes);

    /// <summary>True if it may neither enter orders nor give anything away.</summary>
    public bool IsFrozen => _state.Freeze.IsFrozen;

    /// <summary>Highest number of a frozen account's affected orders.</summary>
    public long FrozenFloor => _state.Freeze.Floor;

    /// <summary>Reason of a freeze that no operator made; null if there is none.</summary>
    public string? FrozenWhy => _state.Freeze.AutomaticReason;

    /// <summary>True if a realised loss may have reached its kill switch.</summary>
    public bool MayHaveLostTooMuch => _state.Limits.KillsOnLoss && !_state.Freeze.Closes;

    /// <summary>True if a kill switch froze the account and books still have orders that must be cancelled.</summary>
    public bool IsClosingOrders => _state.Freeze.IsByKillSwitch && BooksUpTo(FrozenFloor).Any();

    /// <summary>Returns the books with open orders up to a number.</summary>
    public IEnumerable<string> BooksUpTo(long floor) => Account.Orders.Values.Where(order => order.Number <= floor)
        .Select(order => order.Instrument.Symbol).Distinct();

    /// <summary>Decides about a freeze; returns null if it is already frozen in this way or more strictly.</summary>
    public AccountRecord? Freeze(FreezeRequest request, long now) => _state.Freeze.Includes(request)
        ? null
        : new AccountFrozen(At(now), Account.LastNumber, request.Closes, request.By, request.Why);

    /// <summary>Decides to unfreeze it; returns null if it is not frozen.</summary>
    public AccountRecord? Unfreeze(string by, string why, long now) =>
        IsFrozen ? new AccountUnfrozen(At(now), by, why) : null;

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
    public BrokenLimit? BrokenLoss(long now) => _state.Limits.BrokenLoss(At(now));

    /// <summary>True if the account has limits of its own.</summary>
    public bool HasLimits => _state.Limits.Any;

    /// <summary>Risk limits of each scope that has any.</summary>
    public IEnumerable<SymbolLimits> Limits => _state.Limits.All;

    /// <summary>Decides to set all limits of a scope; returns null if they are unchanged.</summary>
    public AccountRecord? SetLimits(LimitsRequest request, long now) => _state.Limits.Has(request)
        ? null
        : new LimitsSet(At(now), request.Symbol, request.Limits, request.By, request.Why);

    /// <summary>
    /// Returns the first risk limit that the orders break together, or null (<see cref="LimitControl.Check"/>). It
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
        IsFrozen || (IsMargin && _state.Margin.RejectionOf(orders, replaced) != RejectReason.None)
            ? null
            : _state.Limits.Check(
                orders, replaced, IsMargin && _state.Margin.IsReduction(orders, replaced), everyones, owners, At(now));

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
    public bool IsMargin => _state.Margin.IsMargin;

    /// <inheritdoc cref="MarginControl.SetKind"/>
    public (string? WhyNot, AccountRecord? Record) SetKind(AccountKindRequest request, Asset? currency, long now) =>
        _state.Margin.SetKind(request, currency, now);

    /// <inheritdoc cref="MarginControl.TakeMarks"/>
    public AccountRecord? TakeMarks(ReadOnlySpan<string> symbols, Func<string, MarkPrice?> board, long now) =>
        _state.Margin.TakeMarks(symbols, board, now);

    /// <summary>
    /// Returns the margin figures of a margin account at the newest mark prices; null for a cash account.
    /// </summary>
    public MarginView? DescribeMargin(Func<string, MarkPrice?> board, long now) =>
        _state.Margin.Describe(board, IsFrozen, now);

    /// <inheritdoc cref="MarginReview.Review"/>
    public AccountRecord? Review(Func<string, MarkPrice?> board, Func<string, bool> isTrading, long now) =>
        _review.Review(board, isTrading, now);

    /// <inheritdoc cref="MarginReview.Work"/>
    public MarginWork Work() => _review.Work();

    /// <inheritdoc cref="MarginReview.TakeCover"/>
    public AccountRecord? TakeCover(LiquidationCover cover, long now) => _review.TakeCover(cover, now);

    /// <summary>
    /// Records the account's payment of a share of another account's deficit (<see cref="MarginReview.PayShare"/>).
    /// Returns null if it has paid before; that stays on record even if the account becomes a cash account.
    /// </summary>
    public AccountRecord? PayShare(DeficitShareRequest request, Asset asset, long now) =>
        IsUsed(AccountKeys.OfShare(request.Account, request.Sequence), out _)
            ? null
            : _review.PayShare(request, asset, now);

    /// <inheritdoc cref="MarginReview.Accrue(Func{string, MarkPrice?}, long)"/>
    public AccountRecord? Accrue(Func<string, MarkPrice?> board, long now) => _review.Accrue(board, now);

    /// <inheritdoc cref="AccountSettlement.FundsFor"/>
    public SettlementFunds? FundsFor(string venue, long date, long now) => _state.Settlement.FundsFor(venue, date, now);

    /// <inheritdoc cref="LackingAssets.IsShort"/>
    public bool IsShort => _state.Lacking.IsShort;

    /// <summary>Returns true if it lacks an asset since a trade was changed.</summary>
    public bool Lacks(string asset) => _state.Lacking.Contains(asset);

    /// <summary>
    /// Decides to freeze an account that lacks something and to cancel its orders; returns null if that is on record or
    /// nothing is lacking.
    /// </summary>
    public AccountRecord? FreezeWhenShort(long now) => !IsShort || !IsCaughtUp ? null : Freeze(
        new FreezeRequest(
            Closes: true, AccountFreeze.ExchangeName, $"lacks {_state.Lacking.Names} since a trade was changed"),
        now);

    /// <summary>
    /// Decides the part of an action from the account's units at its cut; returns null if it is on record.
    /// </summary>
    /// <exception cref="OverflowException">The balance would overflow.</exception>
    public AccountRecord? EnterAction(CorporateActionView action, long units, long now) =>
        HasEntered(action) ? null : _state.Corporate.Enter(action, units, now);

    /// <summary>Decides to keep the remainder of an action; returns null if it is on record.</summary>
    public AccountRecord? KeepRounding(CorporateActionView action, long amount, long now) =>
        HasEntered(action) ? null : _state.Corporate.KeepRounding(action, amount, now);

    /// <inheritdoc cref="CorporateEntitlements.Pay"/>
    public AccountRecord? PayAction(string action, long now) => _state.Corporate.Pay(action, now);

    private long At(long now) => _state.Clock.At(now);

    private RejectReason CheckGive(Asset asset, long amount, long now) =>
        _state.Freeze.Rejection is var rejection and not RejectReason.None
            ? rejection
            : _state.Margin.CheckGive(asset, amount, now);

    private bool HasEntered(CorporateActionView action) => IsUsed(AccountKeys.OfAction(action.Request.Id), out _);

    /// <summary>Begins the recovery: from here on its own records are ahead of its books.</summary>
    public void BeginCatchUp() => _state.Cover.BeginCatchUp();

    /// <summary>
    /// Ends the recovery: every book is applied as far as its own decisions, so that holds must be covered.
    /// </summary>
    public void EndCatchUp() => _state.Cover.EndCatchUp();

    /// <summary>Applies the account's own next record.</summary>
    public void Apply(AccountRecord record) => _own.Apply(record);

    /// <summary>
    /// Returns the order of a hold, to submit it, perhaps again. Its terms are known while it is open here; the book
    /// knows a finished one by its number.
    /// </summary>
    public SubmitOrder OrderOf(in UsedKey key, HoldRequest request) =>
        Account.Orders.TryGetValue(key.Number, out var held)
            ? held.ToOrder(Account.Id)
            : _holds.OrderFor(request, key.Number, FeeTerms.Of(_state.InstrumentOf(key.Symbol)));

    /// <summary>Returns the last applied sequence of a book; 0 if the account never had an order in it.</summary>
    public long CursorOf(string symbol) => _state.Cursors.GetValueOrDefault(symbol);

    /// <summary>
    /// Applies a book's record that touches the account. A record that was applied before is ignored. Returns false,
    /// and changes nothing, if records before it are missing.
    /// </summary>
    /// <exception cref="UnknownHoldException">
    /// The record names an order that this activation never held: it is not the account's newest activation.
    /// </exception>
    public bool ApplyBook(string symbol, in DeliveredRecord delivered, long durable)
    {
        var cursor = CursorOf(symbol);
        if (delivered.Sequence <= cursor)
        {
            return true;
        }

        if (delivered.PreviousSequence > cursor)
        {
            return false;
        }

        _known.Require(delivered.Record, Sequence, durable);
        _books.Apply(symbol, delivered.Record);
        _state.Lacking.Forget();
        _state.Cursors[symbol] = delivered.Sequence;
        _state.Folded++;
        return true;
    }

    /// <summary>Notes that everything of the account in this book up to a sequence is applied.</summary>
    public void CaughtUp(string symbol, long sequence)
    {
        if (sequence > CursorOf(symbol))
        {
            _state.Cursors[symbol] = sequence;
        }
    }

    /// <summary>Sources that may still change the account: books, payouts and settlements.</summary>
    public IEnumerable<string> OpenSources => OpenBooks
        .Concat(_state.Transit.Payouts)
        .Concat(_state.Settlement.PendingAmong(_state.Cursors.Keys));

    /// <summary>
    /// Returns true if a source is a book's symbol; otherwise it is the stream of a payout or a settlement.
    /// </summary>
    public static bool IsBook(string source) => !source.Contains('/', StringComparison.Ordinal);

    /// <summary>Returns true if a source is a payout's stream.</summary>
    public static bool IsPayout(string source) =>
        source.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Checks that an amount can be deposited, with room left for withdrawals that receivers may refuse.
    /// </summary>
    public RejectReason CheckDeposit(Asset asset, long amount) =>
        Account.CheckDeposit(asset, amount, _state.Transit.PromisedOf(asset));

    /// <summary>Decides about a withdrawal under an unused key: a debit, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(WithdrawRequest request, Asset asset, long now)
    {
        var reason = CheckGive(asset, request.Amount, now);
        return reason == RejectReason.None
            ? new Withdrawn(At(now), request.Key, asset.Name, asset.Decimals, request.Amount, request.Destination)
            : new KeyRefused(At(now), request.Key, HashOf(request), reason);
    }

    /// <summary>
    /// Returns the hash of a withdrawal, which distinguishes a retry from another withdrawal under the same key.
    /// </summary>
    public static ulong HashOf(WithdrawRequest request) =>
        RequestHash.OfWithdrawal(request.Asset, request.Amount, request.Destination);

    /// <summary>
    /// Applies a settlement's record to what the account has pending. A record that was applied before is ignored.
    /// </summary>
    public void ApplySettlement(string source, long sequence, SettlementRecord record)
    {
        if (sequence <= CursorOf(source))
        {
            return;
        }

        _state.Settlement.Apply(source, record);
        _state.Cursors[source] = sequence;
        _state.Folded++;
    }

    /// <summary>Applies a record of a book, a payout or a settlement as it is in the journal.</summary>
    /// <returns>False if records of the book before it are missing; nothing was changed.</returns>
    /// <exception cref="UnknownHoldException">
    /// It names what this activation never recorded: the activation is stale.
    /// </exception>
    public bool ApplyStored(string source, long sequence, ReadOnlySpan<byte> body, long durable)
    {
        if (IsBook(source))
        {
            return ApplyBook(source, new DeliveredRecord(sequence, 0, BookRecordEncoding.Decode(body)), durable);
        }

        if (AccountSettlement.IsStream(source))
        {
            ApplySettlement(source, sequence, SettlementRecordEncoding.Decode(body));
            return true;
        }

        ApplyPayout(source, sequence, PayoutRecordEncoding.Decode(body), durable);
        return true;
    }

    /// <summary>
    /// Applies a payout's record to the account's own withdrawals. A record that was applied before is ignored.
    /// </summary>
    /// <exception cref="UnknownHoldException">
    /// It names a withdrawal that is not durable here: this activation is stale.
    /// </exception>
    public void ApplyPayout(string source, long sequence, PayoutRecord record, long durable)
    {
        if (sequence <= CursorOf(source))
        {
            return;
        }

        var own = record is BatchMade ? [] : record.Items.Where(item => item.Account == Account.Id.Value).ToArray();
        if (Array.Find(own, item => item.Sequence > Math.Min(durable, Sequence)) is { } unknown)
        {
            throw new UnknownHoldException(
                $"{Account.Id}: {source} knows withdrawal {unknown.Sequence}; this activation is at {Sequence}, durable to {durable}.");
        }

        foreach (var item in own)
        {
            if (!_state.Transit.EndWithdrawal(item.Sequence, item.Amount, out var asset))
            {
                throw new InvalidDataException(
                    $"{Account.Id}: {source} {sequence} ends withdrawal {item.Sequence}, which is not open like that.");
            }

            if (record is BatchRefused)
            {
                Account.Deposit(asset, item.Amount);
            }
        }

        _state.Lacking.Forget();
        _state.Cursors[source] = sequence;
        _state.Folded++;
    }

    /// <summary>Decides about a transfer under an unused key: a debit, or a rejection that uses the key up.</summary>
    public AccountRecord Decide(TransferRequest request, Asset asset, long now)
    {
        var reason = CheckGive(asset, request.Amount, now);
        return reason == RejectReason.None
            ? new TransferredOut(At(now), request.Key, request.To, asset.Name, asset.Decimals, request.Amount)
            : new KeyRefused(At(now), request.Key, HashOf(request), reason);
    }

    /// <summary>Returns true if a transfer of this account is in transit.</summary>
    public bool IsTransferOpen(long transfer) => _state.Transit.IsTransferOpen(transfer);

    /// <summary>Records the arrival of an open transfer.</summary>
    public AccountRecord EndTransfer(long transfer, long now) => new TransferEnded(At(now), transfer);

    /// <summary>
    /// Returns the hash of a transfer, which distinguishes a retry from another transfer under the same key.
    /// </summary>
    public static ulong HashOf(TransferRequest request) =>
        RequestHash.OfTransfer(request.To, request.Asset, request.Amount);

    /// <summary>True if it knows the state of all its orders in their books.</summary>
    public bool KnowsOrderStates => _state.OrderStates.AreKnown;

    /// <summary>
    /// Resets the state of its orders to what their types imply, as after restoring a snapshot without it.
    /// </summary>
    public void ForgetOrderStates() => _state.OrderStates.Forget();

    /// <summary>
    /// Forgets the books of amendments that reduced an order in place. Some releases looked them up among open orders,
    /// so their snapshots differ from what their records give (ADR 58).
    /// </summary>
    public void ForgetBooksOfReductions() => _state.Keys = _state.Keys.WithoutBooksOfReductions();

    /// <summary>Encodes the state. The same state always gives the same bytes.</summary>
    public byte[] Snapshot() => Capture().ToArray();

    /// <summary>Number of items that <see cref="Capture"/> copies: mostly open orders.</summary>
    public int CopiedItems => Account.Orders.Count;

    /// <summary>Captures the bytes of <see cref="Snapshot"/>, which any thread may then join.</summary>
    public CapturedState Capture() => AccountSnapshot.Capture(_state);

    /// <summary>Restores the machine of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged.</exception>
    /// <exception cref="OutdatedSnapshotException">An older release wrote it and counted differently.</exception>
    public static AccountMachine Restore(
        AccountId id,
        Func<string, Instrument> instrumentOf,
        ReadOnlySpan<byte> snapshot,
        Func<string, FeeSchedule?>? scheduleOf = null,
        Func<MarginAgreements>? agreements = null,
        Func<string, BusinessCalendar>? calendarOf = null)
    {
        var machine = new AccountMachine(id, instrumentOf, scheduleOf, agreements, calendarOf);
        AccountSnapshot.Read(machine._state, snapshot);
        return machine;
    }
}
