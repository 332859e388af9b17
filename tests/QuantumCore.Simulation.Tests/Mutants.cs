using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>
/// The faults that the simulation must find: each takes one rule out of the product. The text that is replaced stands
/// once in its file; a change of the product that moves it shows here.
/// </summary>
internal static class Mutants
{
    private const string Account = "src/QuantumCore.Grains/Accounts/AccountGrain.cs";
    private const string AccountAmending = "src/QuantumCore.Grains/Accounts/AccountGrain.Amending.cs";
    private const string AccountMoney = "src/QuantumCore.Grains/Accounts/AccountGrain.Money.cs";
    private const string MachineMoney = "src/QuantumCore.Grains/Accounts/AccountMachine.Money.cs";
    private const string Payout = "src/QuantumCore.Grains/Payouts/PayoutGrain.cs";
    private const string PayoutState = "src/QuantumCore.Grains/Payouts/PayoutMachine.cs";
    private const string AccountFreeze = "src/QuantumCore.Grains/Accounts/AccountGrain.Freeze.cs";
    private const string MachineFreeze = "src/QuantumCore.Grains/Accounts/AccountMachine.Freeze.cs";
    private const string MachineChanges = "src/QuantumCore.Grains/Accounts/AccountMachine.TradeChanges.cs";
    private const string BookChanges = "src/QuantumCore.Grains/Books/BookMachine.TradeChanges.cs";
    private const string MachineLimits = "src/QuantumCore.Grains/Accounts/AccountMachine.Limits.cs";
    private const string AgentMoney = "src/QuantumCore.Grains/OpenWorkAgent.Money.cs";
    private const string AccountMachine = "src/QuantumCore.Grains/Accounts/AccountMachine.cs";
    private const string AccountBooks = "src/QuantumCore.Grains/Accounts/AccountMachine.Books.cs";
    private const string AccountSnapshot = "src/QuantumCore.Grains/Accounts/AccountMachine.Snapshot.cs";
    private const string Tails = "src/QuantumCore.Grains/Accounts/BookTails.cs";
    private const string Book = "src/QuantumCore.Grains/Books/OrderBookGrain.cs";
    private const string BookOrders = "src/QuantumCore.Grains/Books/OrderBookGrain.Orders.cs";
    private const string BookMachine = "src/QuantumCore.Grains/Books/BookMachine.cs";
    private const string BookClosing = "src/QuantumCore.Grains/Books/BookMachine.Closing.cs";
    private const string BookTurns = "src/QuantumCore.Grains/Books/BookMachine.Turns.cs";
    private const string BookReplay = "src/QuantumCore.Grains/Books/BookMachine.Replay.cs";
    private const string Outbox = "src/QuantumCore.Grains/Books/BookOutbox.cs";
    private const string Opened = "src/QuantumCore.Grains/Books/OpenBook.cs";
    private const string Agent = "src/QuantumCore.Grains/OpenWorkAgent.cs";
    private const string Ledger = "src/QuantumCore.Grains/LedgerGrain.cs";
    private const string Cash = "src/QuantumCore.Accounts/Account.cs";
    private const string Writer = "src/QuantumCore.Journal/JournalWriter.cs";
    private const string Packer = "src/QuantumCore.Journal/JournalPacker.cs";
    private const string Units = "src/QuantumCore.Journal/Bundle.cs";
    private const string MarginReview = "src/QuantumCore.Grains/Accounts/AccountMachine.Review.cs";
    private const string MarginChecks = "src/QuantumCore.Grains/Accounts/AccountMachine.Margin.cs";
    private const string MarginState = "src/QuantumCore.Grains/Accounts/MarginStanding.cs";
    private const string Groups = "src/QuantumCore.Accounts/MarginGroup.cs";
    private const string Figures = "src/QuantumCore.Accounts/MarginFigures.cs";
    private const string Deficits = "src/QuantumCore.Accounts/DeficitShares.cs";
    private const string AccountMargin = "src/QuantumCore.Grains/Accounts/AccountGrain.Margin.cs";
    private const string AgentMargin = "src/QuantumCore.Grains/OpenWorkAgent.Margin.cs";
    private const string CatalogMargin = "src/QuantumCore.Grains/CatalogGrain.Margin.cs";
    private const string Settlement = "src/QuantumCore.Grains/Settlement/SettlementGrain.cs";
    private const string Partials = "src/QuantumCore.Grains/Settlement/PartialSettlement.cs";
    private const string AccountSettlement = "src/QuantumCore.Grains/Accounts/AccountMachine.Settlement.cs";
    private const string Pending = "src/QuantumCore.Accounts/DatedFunds.cs";
    private const string SettlementRecords = "src/QuantumCore.Contracts/SettlementRecords.cs";
    private const string CatalogSettlement = "src/QuantumCore.Grains/CatalogGrain.Settlement.cs";
    private const string Statements = "src/QuantumCore.History/Statements.cs";

    /// <summary>
    /// Seeds that met rules which few days touch: where to begin. A change of the product may make them worth nothing; then all
    /// are tried in turn, as for the other rules.
    /// </summary>
    public static readonly Dictionary<string, int> Met = new(StringComparer.Ordinal)
    {
        ["the outbox tells what is not durable"] = 33,
        ["a cancel that overtakes its order leaves nothing"] = 40,
        ["a mass cancel leaves no floor"] = 20,
        ["a replacement does not look at what is open"] = 51,
        ["no pull while something is open"] = 53,
        ["a reduction finds its book by what is open"] = 158,
        ["what an adjustment made free is not held again for a replacement"] = 26,
        ["a delivery over a gap is folded"] = 24,
        ["a delivery does not say what came before it"] = 24,
        ["a stale activation is never thrown away"] = 44,
        ["a refused stream's records are told to be durable"] = 6,
        ["half of what was appended together goes alone"] = 42,
        ["a book's snapshot forgets floors"] = 35,
        ["a book's time goes back with the clock"] = 6,
        ["nobody asks for a hold of a clock that was ahead"] = 75,
        ["a snapshot forgets what is on its way"] = 1,
        ["a withdrawal is enlisted before it is durable"] = 4,
        ["a batch is credited back when the receiver does not answer"] = 2,
        ["a freeze is forgotten by a snapshot"] = 34,
        ["a frozen account replaces orders"] = 40,
        ["who lacks what was taken back is not frozen"] = 16,
        ["who lacks what was taken back is let go"] = 16,
        ["a change gives no fees back"] = 7,
        ["what is changed is traded on the day of the change"] = 7,
        ["a void trade is changed again"] = 7,
        ["a book's snapshot forgets which trades are changed"] = 7,
        ["an account that is liquidated still orders"] = 21,
        ["an account that is liquidated gives away"] = 55,
        ["nobody carries the order of a liquidation"] = 3,
        ["nobody closes the orders of an account that is liquidated"] = 25,
        ["the fund takes a step each time it is told"] = 3,
        ["the fund answers before its record is durable"] = 21,
        ["a snapshot forgets that an account is liquidated"] = 97,
        ["nobody looks at margin accounts that owe"] = 9,
        ["a deficit ends before its shares are paid"] = 47,
        ["nobody shares deficits out"] = 13,
        ["who gained more than a deficit pays more than it"] = 69,
        ["the credit of a group is rounded up"] = 9,
        ["orders that may not fill secure others of their group"] = 3,
        ["a settlement is sent before it is durable"] = 19,
        ["what is pending pays for what settles before"] = 14,
        ["open orders promise nothing of what is to come"] = 280,
        ["who lacks what it passes on gives it all the same"] = 58,
        ["who is short delivers in full"] = 4,
        ["what fails is in no batch any more"] = 4,
        ["what is overdue is free"] = 194,
        ["a frame that has no room in a pack goes with the others"] = 10,
        ["a pack that lacks a record is put in the place of its frames"] = 4,
        ["the history does not look for what it was not told"] = 12,
    };

    /// <summary>In which days rules are met that few other days touch; in any for the others.</summary>
    public static readonly Dictionary<string, DayKind> Kinds = new(StringComparer.Ordinal)
    {
        ["a mass cancel leaves no floor"] = new(Habit.CancelsAll, Days.All),
        ["a replacement does not look at what is open"] = new(Habit.Amends, Days.All),
        ["no pull while something is open"] = new(Habit.Amends, Days.All),
        ["a reduction finds its book by what is open"] = new(Habit.Amends, Days.All),
        ["what an adjustment made free is not held again for a replacement"] = new(Habit.Amends, Days.All),
        ["an order's quantity is not limited"] = new(Habit.IsLimited, Days.All),
        ["a replacement is not limited"] = new(Habit.IsLimited, Days.All),
        ["limits are forgotten by a snapshot"] = new(Habit.IsLimited, Days.All),
        ["an order is not counted over time"] = new(Habit.IsLimited, Days.All),
        ["half of what was appended together goes alone"] = new(Habit.TradesStrategies, Days.All),
        ["a transfer is ended before its arrival is answered"] = new(Habit.MovesMoney, Days.All),
        ["a batch is sent before it is durable"] = new(Habit.MovesMoney, Days.All),
        ["an account that is liquidated gives away"] = new(Habit.MovesMoney, Days.OnMargin),
        ["a snapshot forgets that an account is liquidated"] = new(Habit.None, Days.OnMargin),
        ["a deficit ends before its shares are paid"] = new(Habit.None, Days.OfSharedDeficits),
        ["nobody shares deficits out"] = new(Habit.None, Days.OfSharedDeficits),
        ["who gained more than a deficit pays more than it"] = new(Habit.None, Days.OfSharedDeficits),
        ["open orders promise nothing of what is to come"] = new(Habit.MovesMoney, Days.ThatPass),
        ["who lacks what it passes on gives it all the same"] = new(Habit.MovesMoney, Days.ThatPass),
        ["what is overdue is free"] = new(Habit.MovesMoney, Days.ThatPass),
    };

    /// <summary>What is taken out, where, and how.</summary>
    public static readonly (string Rule, string File, string Original, string Changed)[] All =
    [
        // Nothing leaves before it is durable.
        ("an account answers before its record is durable", Account,
            "        SnapshotWhenDue();\n        return Stream.WhenDurable(Stream.Head);", "        SnapshotWhenDue();\n        return Task.CompletedTask;"),
        ("a book answers before its record is durable", Book, "            ? Stream.WhenDurable(Stream.Head)", "            ? Task.CompletedTask"),
        ("the books of a group answer before their records are durable", Book, "            await durable;", "            await Task.Yield();"),
        ("the outbox tells what is not durable", Outbox, "entry.Sequence <= durable)", "entry.Sequence <= long.MaxValue)"),
        ("records are complete before they are committed", Writer,
            "        if (TryCommit(frame) is not { } refused) return false;",
            "        if (TryCommit(frame) is not { } refused) refused = [];"),

        // A positive answer is a durable record; so is a negative one.
        ("a refusal does not use the name up", Account,
            "        var record = _machine.Decide(request, hash, instrument!, Now);\n        Record(record, urgent: false);",
            "        var record = _machine.Decide(request, hash, instrument!, Now);\n        if (record is HoldPlaced) Record(record, urgent: false);"),
        ("the cancel of an unknown name does not use it up", Account,
            "                Record(_machine.Burn(clientOrderId, Now), urgent: true);", ""),
        ("a name gives a new order each time", Account,
            "        if (!_machine.IsUsed(request.ClientOrderId, out var key))", "        if (!_machine.IsUsed(request.ClientOrderId, out var key) || key.Sequence > 0)"),
        ("a deposit comes in each time it is sent", Account,
            "        if (_machine.IsDeposited(request.Key, out var used))", "        if (_machine.IsDeposited(request.Key, out var used) && used.Sequence < 0)"),

        // One decider: the book.
        ("a submit that comes twice is two orders", BookOrders,
            "        if (book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished))",
            "        if (book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished) && finished.Sequence == long.MaxValue)"),
        ("the agent's question leaves no tombstone", BookMachine,
            "        IsKnown(account, number, out _, out _) ? null : Tombstone(account, number, now);",
            "        null;"),
        ("a tombstone is forgotten at once", BookMachine,
            "        _finished.Add(\n            record.Account,\n            record.Number,\n            new FinishedOrder(\n                0,\n                sequence,",
            "        if (!_finished.TryGet(record.Account + 1_000_000, record.Number, out _)) _finished.Add(\n            record.Account + 1_000_000,\n            record.Number,\n            new FinishedOrder(\n                0,\n                sequence,"),
        ("a cancel that overtakes its order leaves nothing", BookMachine,
            "            return Tombstone(account, number, now);\n        }\n\n        if (open is null)",
            "            return null;\n        }\n\n        if (open is null)"),
        ("a mass cancel leaves no floor", BookClosing, "        presence.Floor = floor;\n        return plain", "        return plain"),
        ("a replacement does not look at what is open", BookMachine,
            "        else if (replaced.LeavesLots != order.ExpectedLeavesLots)", "        else if (replaced.LeavesLots < 0)"),
        ("an order that was replaced is not told to be closed", BookMachine,
            "        ClosedOrder? old = replaced is null ? null : Describe(replaced, EndReason.Replaced);\n        if (old is { } closed)\n        {\n            Finish(replaced!, closed.Reason);\n        }",
            "        ClosedOrder? old = null;\n        if (replaced is not null)\n        {\n            Finish(replaced, EndReason.Replaced);\n        }"),

        // How an account learns of books.
        ("no pull on activation", Account, "        await CatchUp();\n        _machine.EndCatchUp();", "        _machine.EndCatchUp();"),
        ("no pull while something is open", Account, "        if (quiet.Length == 0)", "        if (quiet.Length >= 0)"),
        ("a delivery over a gap is folded", AccountBooks, "        if (delivered.PreviousSequence > cursor)", "        if (delivered.PreviousSequence > long.MaxValue - 1)"),
        ("a delivery is folded each time it comes", AccountBooks, "        if (delivered.Sequence <= cursor)", "        if (delivered.Sequence <= 0)"),
        ("a delivery does not say what came before it", BookMachine,
            "        presence.LastSequence = Sequence;\n        return previous;", "        presence.LastSequence = Sequence;\n        return 0 * previous;"),
        ("a pull leaves the last record out", Tails,
            "TakeWhile(sequence => sequence <= through)", "TakeWhile(sequence => sequence < through)"),

        // Money.
        ("cover is not asked for", Cash,
            "        if (amount <= balance.Available)", "        if (amount <= long.MaxValue)"),
        ("each fill's fee is rounded by itself", BookMachine,
            "        return ticket.Fees.Due - before;", "        return new QuantumCore.Accounts.OrderFees(ticket.Fees.Side, ticket.Fees.Terms).After(notional, ratePpm).Due + 0 * before;"),
        ("a hold is not released when its order ends", AccountBooks,
            "                Account.Release(voided.Number);", "                _ = voided;"),
        ("a cancel does not release the hold", AccountBooks, "            Account.Release(order.Number);", "            _ = order;"),
        ("a mass cancel releases orders that came after it", AccountBooks,
            "                Account.ReleaseUpTo(symbol, all.Floor);", "                Account.ReleaseUpTo(symbol, all.Floor + 1);"),

        // Epochs, fences, unknown outcomes.
        ("a stale activation is never thrown away", Writer,
            "                if (!epochs.TryGetValue(stream.StreamId, out var epoch) || epoch != stream.Epoch) Lose(stream);",
            "                if (!epochs.TryGetValue(stream.StreamId, out _)) Lose(stream);"),
        ("a commit of unknown outcome is taken for done", Writer,
            "            _options.StoreFailed?.Invoke(failure);\n            return null;", "            _options.StoreFailed?.Invoke(failure);\n            return [];"),
        ("a refused stream's records are told to be durable", Writer,
            "        if (refused.Count > 0) Discard(refused);\n        else Complete(frame);", "        Complete(frame);"),
        ("half of what was appended together goes alone", Writer,
            "        foreach (var member in stream.Bundle.Streams) LoseAlone(member);", "        LoseAlone(stream);"),
        ("records that were appended together go in two frames", Units,
            "        if (_openUnit is null)\n        {", "        if (_openUnit is null || segment.First % 2 == 0)\n        {"),
        ("a new activation reads before it raises the epoch", Book,
            "        var stream = await OpenAsync(\"book/\" + symbol, cancellationToken);\n        var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, Log, cancellationToken);",
            "        var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, Log, cancellationToken);\n        await foreach (var early in store.ReadAsync(\"book/\" + symbol, machine.Sequence + 1, long.MaxValue, cancellationToken)) machine.Replay(early.Sequence, early.Body.Span);\n        var before = machine.Sequence;\n        var stream = await OpenAsync(\"book/\" + symbol, cancellationToken);\n        if (before < stream.Head) return _books[symbol] = new OpenBook(machine, stream, before, 0, snapshots, Log);"),

        // Snapshots and replay.
        ("a snapshot forgets names", AccountSnapshot,
            "        _keys.Write(ref to);",
            "        new UsedKeys().Write(ref to);"),
        ("a snapshot forgets how far books are folded", AccountSnapshot, "            machine._cursors.Add(from.Text(), from.Count());", "            machine._cursors.Add(from.Text(), from.Count() * 0);"),
        ("a snapshot forgets the number given last", AccountSnapshot, "        machine.Account.Restore(lastNumber, totals, orders);", "        machine.Account.Restore(lastNumber - Math.Min(1, lastNumber), totals, orders);"),
        ("a book's snapshot forgets floors", BookReplay, "        to.Count(presence.Floor);", "        to.Count(presence.Floor * 0);"),
        ("a book's snapshot forgets finished orders", BookReplay,
            "        _finished.Write(ref to);",
            "        new FinishedOrders().Write(ref to);"),
        ("a book's snapshot forgets fractions of fees", BookReplay, "            to.Fixed128(ticket.Fees.Weighted);", "            to.Fixed128(ticket.Fees.Weighted / 1_000_000 * 1_000_000);"),
        ("an account goes on from its snapshot without what came after", "src/QuantumCore.Grains/Accounts/AccountRecovery.cs",
            "machine.Sequence + 1, stream.Head,", "machine.Sequence + 1, machine.Sequence,"),

        // Time.
        // What is folded sooner or later comes to the same.
        ("a reduction finds its book by what is open", AccountMachine, "asked.Number, asked.Symbol, RejectReason",
            "asked.Number, Account.Orders.TryGetValue(asked.Number, out var smaller) ? smaller.Instrument.Symbol : \"\", RejectReason"),
        ("what an adjustment made free is not held again for a replacement", Cash, "            SetHold(newNumber, Math.Max(order.Held, need));", "            _ = need;"),
        ("an account's time goes back with the clock", AccountMachine, "    private long At(long now) => Math.Max(now, TimeNanos);", "    private long At(long now) => now;"),
        ("a book's time goes back with the clock", BookMachine, "    private long At(long now) => Math.Max(now, TimeNanos);", "    private long At(long now) => now;"),

        // Work that nobody waits for any more.
        ("nobody asks for a hold whose order never came", Agent,
            "                await (await catalog.BookAsync(symbol)).Resolve(symbol, account, [.. part]);", "                await catalog.BookAsync(symbol);"),
        ("nobody asks for a hold of a clock that was ahead", Agent,
            "                await ResolveMisdatedAsync(stoppingToken);\n", ""),

        // Money across.
        ("a transfer is carried before it is durable", AccountMoney,
            "        var result = Mutate(() => Decide(request));\n        await SettleAsync();", "        var result = Mutate(() => Decide(request));\n        await Task.Yield();"),
        ("a transfer arrives under another key each time", AccountMoney,
            "        TransferKey.Of(arrival.From, arrival.Sequence), arrival.Asset", "        TransferKey.Of(arrival.From, arrival.Sequence) + \":\" + Stream.Head, arrival.Asset"),
        ("a transfer is ended before its arrival is answered", AgentMoney,
            "            var arrived = await grains.Account(transfer.To)", "            await grains.Account(transfer.Arrival.From).EndTransfer(transfer.Arrival.Sequence);\n            var arrived = await grains.Account(transfer.To)"),
        ("a transfer's key gives another one each time", AccountMoney,
            "    private TransferResult Decide(TransferRequest request)\n    {\n        if (_machine.IsUsed(request.Key, out var key))",
            "    private TransferResult Decide(TransferRequest request)\n    {\n        if (_machine.IsUsed(request.Key, out var key) && key.Sequence < 0)"),
        ("nobody carries what was left on its way", Agent, "                await CarryTransfersAsync(stoppingToken);\n", ""),
        ("more is given than there is", Cash, "amount > 0 && amount <= Of(asset).Available ?", "amount > 0 ?"),
        ("a snapshot forgets what is on its way", MachineMoney,
            "        to.Count(_openTransfers.Count);\n        foreach (var transfer in _openTransfers)",
            "        to.Count(0);\n        foreach (var transfer in _openTransfers.Take(0))"),

        // Money out.
        ("a withdrawal is enlisted before it is durable", AccountMoney,
            "        var withdrawn = Mutate(() => Decide(request));\n        await SettleAsync();", "        var withdrawn = Mutate(() => Decide(request));\n        await Task.Yield();"),
        ("a batch is sent before it is durable", Payout,
            "        await Stream.WhenDurable(Stream.Head);\n        foreach (var batch in open)", "        await Task.Yield();\n        foreach (var batch in open)"),
        ("a batch is paid before the receiver's word is final", Payout,
            "if (answer.Verdict != PayoutVerdict.NotYet &&", "if (answer.Verdict == PayoutVerdict.NotYet) answer = new PayoutAnswer(PayoutVerdict.Final);\n            if ("),
        ("a batch is credited back when the receiver does not answer", Payout,
            "            GrainLog.PayoutFailed(Log, e, PayoutRecord.BatchId(this.GetPrimaryKeyString(), batch));",
            "            GrainLog.PayoutFailed(Log, e, PayoutRecord.BatchId(this.GetPrimaryKeyString(), batch));\n            if (_machine.Open(batch) is not null && !_hasEnded && Refusal(urgent: true) == RejectReason.None) Record(_machine.End(batch, new PayoutAnswer(PayoutVerdict.Refused), Now));"),
        ("a batch is sent again under another id", Payout,
            "new PayoutBatch(PayoutRecord.BatchId(asset, batch), asset", "new PayoutBatch(PayoutRecord.BatchId(asset, batch) + \"-\" + Stream.Epoch, asset"),
        ("a withdrawal is put into each batch anew", PayoutState,
            "items.Where(item => !_batchOf.ContainsKey((item.Account, item.Sequence)))", "items.Where(item => StateOf(item) != PayoutState.Sent || item.Amount % 3 == 0)"),
        ("what is refused for ever is not credited back", MachineMoney, "            if (record is BatchRefused)", "            if (record is BatchMade)"),
        ("a snapshot forgets what is not paid", MachineMoney,
            "        to.Count(_openWithdrawals.Count);\n        foreach (var (sequence, withdrawal) in _openWithdrawals)",
            "        to.Count(0);\n        foreach (var (sequence, withdrawal) in _openWithdrawals.Take(0))"),
        ("nobody carries what is not paid", Agent, "                await CarryWithdrawalsAsync(stoppingToken);\n", ""),

        // Freezes.
        ("a freeze is forgotten by a snapshot", MachineFreeze, "        to.Bool(IsFrozen);\n        if (_frozen is { } frozen)", "        to.Bool(false);\n        if (_frozen is { Floor: < 0 } frozen)"),
        ("a frozen account replaces orders", AccountMachine,
            "            return Refuse(clientOrderId, hash, barred, now);", "            _ = barred;"),
        ("a freeze is answered before it is durable", AccountFreeze,
            "            return new CancelAllMark(_machine.FrozenFloor, [.. _machine.BooksUpTo(_machine.FrozenFloor)]);\n        });\n        await SettleAsync();",
            "            return new CancelAllMark(_machine.FrozenFloor, [.. _machine.BooksUpTo(_machine.FrozenFloor)]);\n        });\n        await Task.Yield();"),

        // Trades that are changed.
        ("who lacks what was taken back is not frozen", MachineChanges,
            "FreezeWhenShort(long now) => !IsShort || !IsCaughtUp", "FreezeWhenShort(long now) => IsShort || !IsCaughtUp"),
        ("who lacks what was taken back is let go", AccountFreeze, "        if (_machine.IsShort)", "        if (_machine.IsShort && !_machine.IsFrozen)"),
        ("a change gives no fees back", MachineChanges, "        fee = isTakenBack ? -fee : fee;", "        fee = 0;"),
        ("what is changed is traded on the day of the change", MachineChanges,
            "CountVolume(instrument.Quote, tradedNanos,", "CountVolume(instrument.Quote, timeNanos,"),
        ("a void trade is changed again", BookChanges, "|| before.PriceTicks == 0)", "|| before.PriceTicks < 0)"),
        ("a book's snapshot forgets which trades are changed", BookChanges,
            "        to.Count(_changed.Count);\n        foreach (var ((sequence, index), now) in _changed)",
            "        to.Count(0);\n        foreach (var ((sequence, index), now) in _changed.Take(0))"),

        // Limits.
        ("an order's quantity is not limited", MachineLimits, "LimitKind.OrderQuantity => order.Lots > most,", "LimitKind.OrderQuantity => order.Lots < 0 * most,"),
        ("a replacement is not limited", AccountAmending,
            "            return RefusePlan(request, hash, limited);", "            _ = limited;"),
        ("limits are forgotten by a snapshot", MachineLimits,
            "        to.Count(_limits.Count);\n        foreach (var (symbol, limits) in _limits)", "        to.Count(0);\n        foreach (var (symbol, limits) in _limits.Take(0))"),
        ("an order is not counted over time", MachineLimits,
            "        _limits.GetValueOrDefault(symbol)?.Count(content, timeNanos);", "        _limits.GetValueOrDefault(symbol + \" \")?.Count(content, timeNanos);"),

        // Margin.
        ("a liquidation sells while the account's own orders are open", MarginReview,
            "        if (Account.Orders.Count > 0)\n        {\n            return null;\n        }\n\n        if (margin.StepNumber != 0)", "        if (margin.StepNumber != 0)"),
        ("an account that is liquidated still orders", MarginChecks,
            "        return margin.State == MarginState.Liquidating ? RejectReason.AccountFrozen\n            : !reduces", "        return !reduces"),
        ("an account that is liquidated gives away", MarginChecks,
            "        if (margin.State == MarginState.Liquidating)\n        {\n            return RejectReason.AccountFrozen;\n        }\n\n        FindPositions(margin, OwnOf(margin));\n        var balance",
            "        FindPositions(margin, OwnOf(margin));\n        var balance"),
        ("what a liquidation does is carried before it is durable", AccountMargin,
            "        await SettleAsync();\n        return work;", "        await Task.Yield();\n        return work;"),
        ("nobody carries the order of a liquidation", AgentMargin, "        if (work.Order is { } order)", "        if (work.Order is { QuantityLots: < 0 } order)"),
        ("nobody closes the orders of an account that is liquidated", AgentMargin,
            "        foreach (var (symbol, floor) in work.CloseUpTo)", "        foreach (var (symbol, floor) in work.CloseUpTo.Where(book => book.Number < 0))"),
        ("the fund takes a step each time it is told", CatalogMargin, "        if (!_insured.ContainsKey(key))", "        if (!_insured.Remove(key) || claim.Sequence > 0)"),
        ("the fund answers before its record is durable", CatalogMargin,
            "        await Stream.WhenDurable(Stream.Head);\n        return _insured[key];", "        await Task.Yield();\n        return _insured[key];"),
        ("a snapshot forgets that an account is liquidated", MarginState, "        to.Byte((byte)State);", "        to.Byte(0);"),
        ("nobody looks at margin accounts that owe", Agent, "                await ReviewMarginAsync(stoppingToken);\n", "                await marks.RefreshAsync();\n"),

        // Deficits that others pay.
        ("a deficit ends before its shares are paid", AgentMargin, "        foreach (var share in shares)\n", "        foreach (var share in shares.Where(one => one.Amount < 0))\n"),
        ("nobody shares deficits out", Agent, "                await ShareDeficitsAsync(stoppingToken);\n", ""),
        ("who gained more than a deficit pays more than it", Deficits, "var asked = (long)Int128.Min(amount, sum);", "var asked = (long)sum;"),

        // Groups.
        ("the credit of a group is rounded up", Groups,
            "=> Rounding.DivDown(creditPpm * Int128.Min(longs, shorts), CreditLimit);", "=> Rounding.DivUp(creditPpm * Int128.Min(longs, shorts), CreditLimit);"),
        ("the credit of a group is of the larger side", Groups,
            "=> Rounding.DivDown(creditPpm * Int128.Min(longs, shorts), CreditLimit);", "=> Rounding.DivDown(creditPpm * Int128.Max(longs, shorts), CreditLimit);"),
        ("open orders of a group are taken at their best", Groups,
            "Rounding.DivUp(Int128.Max(longsInFull, shortsInFull), MarginGroup.CreditLimit)", "Rounding.DivUp(Int128.Min(longsInFull, shortsInFull), MarginGroup.CreditLimit)"),
        ("orders that may not fill secure others of their group", Figures,
            "    public Int128 InitialAsLong => Units + BuyUnits is var most", "    public Int128 InitialAsLong => Units + BuyUnits - SellUnits is var most"),
        ("a group's credit is counted for orders twice", Figures,
            "        return this with { Requirement = Requirement - relief.Initial,", "        return this with { Requirement = Requirement - (2 * relief.Initial),"),

        // Settlement.
        ("an item is taken twice", AccountSettlement,
            "                    Account.Settle(item.Asset, new SettlementTerm(venue, part.TradeDay, part.Days), part.Amount);",
            "                    Account.Settle(item.Asset, new SettlementTerm(venue, part.TradeDay, part.Days), 2 * part.Amount);"),
        ("a batch whose sending is repeated has another content", Settlement,
            "new SettlementBatch(closed.IdAt(Venue), Venue, closed)", "new SettlementBatch(closed.IdAt(Venue), Venue, Now / 1_000 % 2 == 0 ? closed : _machine.Close(closed.Date, closed.Trades, closed.Items, Now))"),
        ("a settlement is sent before it is durable", Settlement,
            "        await Stream.WhenDurable(batch);\n", "        await Task.Yield();\n"),
        ("a batch is settled when it is sent", Settlement,
            "        if (answer is null)\n        {\n            return false;\n        }\n", "        answer ??= SettlementAnswer.Whole;\n"),
        ("a number of a batch is used again", SettlementRecords, "{UtcDay.Text(Date)}", "{UtcDay.Text(Date)[..7]}"),
        ("what is pending pays for what settles before", Pending,
            "amount <= Spendable(asset, due) ? RejectReason.None", "amount < long.MaxValue ? RejectReason.None"),
        ("open orders promise nothing of what is to come", Pending,
            "Change(DueOf(open.Instrument), -(Int128)open.HeldOf(asset));", "Change(DueOf(open.Instrument), 0);"),
        ("a snapshot forgets what is pending", AccountSettlement, "        var entries = Account.Pending.Entries.ToArray();", "        var entries = Account.Pending.Entries.Take(0).ToArray();"),
        ("an account does not follow settlement", AccountSettlement, "        if (instrument.SettlementDays > 0)", "        if (instrument.SettlementDays > 9)"),
        ("a day that trades are due on becomes a holiday", CatalogSettlement, "UtcDay.Of(Now) + 2;", "UtcDay.Of(Now);"),
        ("who lacks what it passes on gives it all the same", Settlement,
            "if (asked.Length == 0)", "if (asked.Length >= 0)"),
        ("who is short delivers in full", Partials, "isChanged |= Cover(account, asset, most, round);", "_ = most;"),
        ("what fails is in no batch any more", Settlement, "                    netting.Carry(_machine.Due);\n", ""),
        ("what is overdue is free", Pending, "            : amount < 0 ? AtOnce\n", "            : amount < 0 ? today + 1\n"),
        ("nobody settles what is due", Agent, "                await SettleAsync(stoppingToken);\n", ""),

        // Old records are packed.
        ("a frame that has no room in a pack goes with the others", Packer,
            "limits.MaxSlices) return false;", "limits.MaxSlices)\n            {\n                Frames.Add(frame.Id);\n                return false;\n            }"),
        ("a pack that lacks a record is put in the place of its frames", Packer,
            "PackedSlice.Encode(_before, First, _records, Chain, Bytes) ?? Plain();\n            RequireSame(slice);",
            "PackedSlice.Encode(_before, First, [.. _records.Take(Math.Max(1, _records.Count - 1))], Chain, Bytes) ?? Plain();"),

        // Corporate actions.
        ("an action adjusts a book's orders each time it is brought", BookTurns,
            "command.Verb == BookVerb.AdjustOrders && _adjusted.Contains(command.Number)", "command.Verb == BookVerb.AdjustOrders && _adjusted.Contains(-command.Number)"),
        ("what a dividend takes off a price stays held", Cash, "        order.Interest?.Add(order);\n        SetHold(number, hold);", "        order.Interest?.Add(order);\n        SetHold(number, order.Held);"),

        // The history.
        ("two projectors write the same records", Statements,
            "{FROM} WHERE projector_cursor.stream = @1 AND projector_cursor.seq = @2\");",
            "{FROM} WHERE projector_cursor.stream = @1 AND @2 >= 0\");"),
        ("the history does not look for what it was not told", Ledger,
            "            await LookAsync(s_projected, cancellationToken);\n            TellLag();", "            TellLag();"),
    ];
}
