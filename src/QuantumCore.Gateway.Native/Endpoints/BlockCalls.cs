using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>
/// Calls for freezes and the kill switch: for an account, for an account in one symbol, and for a firm.
/// </summary>
internal sealed class BlockCalls(
    BookControl operations, FreezeControl freezes, OwnerBlocks ownerBlocks, Listings listings, AccountOwners owners,
    OperatorLog operators)
{
    // The last call for each owner. A block that waits for its record gives up once another call came after it.
    private readonly ConcurrentDictionary<string, OwnerBlock> _pending = new(StringComparer.Ordinal);

    /// <summary>POST /admin/accounts/{account}/freeze: freezes an account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. The account then enters no orders and sends nothing
    /// (<c>AccountFrozen</c>); its open orders stay, and deposits arrive. Expect <c>UnknownAccount</c> for an account
    /// without an owner and without a record.
    /// </remarks>
    public Task<Result<Api.FreezeReceipt>> FreezeAsync(
        HttpContext context, Caller officer, AccountId account, Api.FreezeBody text) =>
        SetFrozenAsync(officer, account, text, isFrozen: true);

    /// <summary>POST /admin/accounts/{account}/unfreeze: ends the freeze of an account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Expect <c>KillSwitch</c> while the account's orders are not all cancelled
    /// or its loss of the day is at <c>killDailyLoss</c>; expect <c>InsufficientFunds</c> while it lacks what a changed
    /// trade took back.
    /// </remarks>
    public Task<Result<Api.FreezeReceipt>> UnfreezeAsync(
        HttpContext context, Caller officer, AccountId account, Api.FreezeBody text) =>
        SetFrozenAsync(officer, account, text, isFrozen: false);

    /// <summary>POST /admin/accounts/{account}/block: stops an account and cancels its orders.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. This is the kill switch: it freezes the account and cancels all its
    /// orders; with <c>symbol</c> only that symbol is blocked. Expect <c>UnknownAccount</c> or <c>UnknownSymbol</c>;
    /// after an error with symbols in <c>detail</c>, repeat the call.
    /// </remarks>
    public Task<Result<Api.BlockReceipt>> BlockAsync(
        HttpContext context, Caller officer, AccountId account, Api.BlockBody text) =>
        SetBlockAsync(officer, account, text, isBlock: true);

    /// <summary>POST /admin/accounts/{account}/unblock: lets a blocked account trade again.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; ends the freeze and the blocks in single symbols, or with <c>symbol</c>
    /// that block alone. The errors are those of unfreezing; after an error with symbols in <c>detail</c>, repeat the
    /// call.
    /// </remarks>
    public Task<Result<Api.BlockReceipt>> UnblockAsync(
        HttpContext context, Caller officer, AccountId account, Api.BlockBody text) =>
        SetBlockAsync(officer, account, text, isBlock: false);

    /// <summary>POST /admin/owners/{owner}/block: stops all accounts of an owner.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. This is the kill switch of a firm: it blocks every account that the owner
    /// has now. Expect <c>UnknownAccount</c> if the owner has none. If some accounts fail, the error names them in
    /// <c>detail</c>: repeat the call.
    /// </remarks>
    public Task<Result<Api.OwnerBlockReceipt>> BlockOwnerAsync(
        HttpContext context, Caller officer, Api.FreezeBody text) =>
        SetOwnerBlockAsync(context, officer, text, isBlock: true);

    /// <summary>POST /admin/owners/{owner}/unblock: lets an owner's accounts trade again.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Expect <c>UnknownAccount</c> if the owner has no account. If some accounts
    /// fail, the error names them in <c>detail</c>: repeat the call.
    /// </remarks>
    public Task<Result<Api.OwnerBlockReceipt>> UnblockOwnerAsync(
        HttpContext context, Caller officer, Api.FreezeBody text) =>
        SetOwnerBlockAsync(context, officer, text, isBlock: false);

    private async Task<Result<Api.FreezeReceipt>> SetFrozenAsync(
        Caller officer, AccountId account, Api.FreezeBody text, bool isFrozen)
    {
        if ((WhyReading.Check(text.Why) ?? await UnknownAsync(account)) is { } refused)
            return refused;

        var report = isFrozen
            ? await freezes.FreezeAtOnceAsync(
                account.Value, new FreezeRequest(Closes: false, officer.Name, text.Why ?? ""))
            : new FreezeReport(await freezes.UnfreezeAsync(account.Value, officer.Name, text.Why ?? ""), 0, []);
        var isDone = report.Reason == RejectReason.None;
        return await DoneAsync(
            isDone ? null : Unfrozen(report.Reason),
            report.IsOnRecord,
            isDone
                ? () =>
                    operators.NoteAsync(
                        officer, isFrozen ? "accountFrozen" : "accountUnfrozen", account.ToString(), text)
                : null,
            new Api.FreezeReceipt(account.ToString(), isFrozen ? Api.AccountState.Frozen : Api.AccountState.Open));
    }

    /// <summary>
    /// Audits an act and returns its answer. For an act that is not on record yet, because the journal does not commit,
    /// that is 202; it is audited later.
    /// </summary>
    private async Task<Result<T>> DoneAsync<T>(
        Refusal? refusal, bool isOnRecord, Func<ValueTask<Refusal?>>? note, T answer)
    {
        if (!isOnRecord && note is not null)
        {
            _ = operators.NoteLaterAsync(note);
            note = null;
        }

        var unnoted = note is null ? null : await note();
        return (refusal ?? unnoted) is { } refused
            ? refused
            : new Result<T>(answer, isOnRecord ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private async Task<Result<Api.BlockReceipt>> SetBlockAsync(
        Caller officer, AccountId account, Api.BlockBody text, bool isBlock)
    {
        if ((WhyReading.Check(text.Why) ?? await UnknownAsync(account)) is { } refused)
            return refused;

        var set = text.Symbol is null
            ? await SetAsync(account, isBlock, officer.Name, text.Why ?? "")
            : await SetInSymbolsAsync(account, isBlock, text.Symbol);
        if (text.Symbol is not null && set.Symbols.IsEmpty)
            return new Refusal(RejectReason.UnknownSymbol, "symbol");

        return await DoneAsync(
            set.Refusal,
            set.IsOnRecord,
            IsNothingDone(isBlock, set)
                ? null
                : () =>
                    operators.NoteAsync(
                        officer, isBlock ? "accountBlocked" : "accountUnblocked", account.ToString(), text),
            new Api.BlockReceipt(account.ToString(), isBlock, set.Symbols));
    }

    /// <summary>
    /// Blocks or unblocks all accounts of an owner in parallel: a failed one does not delay the others.
    /// </summary>
    private async Task<Result<Api.OwnerBlockReceipt>> SetOwnerBlockAsync(
        HttpContext context, Caller officer, Api.FreezeBody text, bool isBlock)
    {
        var owner = Call.Path(context, "owner");
        if ((WhyReading.Check(text.Why) ?? Unowned(owner, await owners.OfAsync(owner))) is { } refused)
            return refused;

        // Before the accounts are read: one that joins later finds the owner as it is then.
        var block = new OwnerBlock(owner, isBlock, officer.Name, text.Why ?? "");
        _pending[owner] = block;
        var isRecorded = await ownerBlocks.BlockOwnerAsync(block);
        if (await owners.OfAsync(owner) is not { } accounts || (!isBlock && !isRecorded))
            return new Refusal(
                RejectReason.OutcomeUnknown, "owner", null, "No account is changed yet. Repeat the call.");

        var results = await Task.WhenAll(accounts.Select(async account =>
            (Account: new AccountId(account),
                Result: await SetAsync(new AccountId(account), isBlock, officer.Name, text.Why ?? ""))));
        var failed = new PartialFailure("owner");
        foreach (var (account, result) in results)
        {
            if (result.Refusal is { Reason: var reason })
                failed.Add(account.ToString(), reason);
        }

        return await DoneAsync(
            failed.Refusal,
            isRecorded && Array.TrueForAll(results, result => result.Result.IsOnRecord),
            Array.TrueForAll(results, result => IsNothingDone(isBlock, result.Result)) ? null : NoteAsync,
            new Api.OwnerBlockReceipt(
                owner, isBlock,
                [.. results.Select(
                    result => new Api.BlockReceipt(result.Account.ToString(), isBlock, result.Result.Symbols))]));

        async ValueTask<Refusal?> NoteAsync()
        {
            if (!isRecorded && !await RecordLaterAsync(block, accounts))
                return new Refusal(RejectReason.OutcomeUnknown);

            isRecorded = true;
            return await operators.NoteAsync(officer, isBlock ? "ownerBlocked" : "ownerUnblocked", owner, text);
        }
    }

    /// <summary>
    /// Records a block of an owner that could not be recorded at once, and blocks the accounts that joined meanwhile.
    /// Returns false if it is still not on record. A later call for the same owner replaces it.
    /// </summary>
    private async Task<bool> RecordLaterAsync(OwnerBlock block, ImmutableArray<long> blocked)
    {
        if (!ReferenceEquals(_pending.GetValueOrDefault(block.Owner), block))
            return true;
        if (!await ownerBlocks.BlockOwnerAsync(block))
            return false;

        foreach (var account in (await owners.OfAsync(block.Owner) ?? []).Except(blocked))
            await freezes.FreezeAtOnceAsync(account, new FreezeRequest(Closes: true, block.By, block.Why));
        return true;
    }

    private static Refusal? Unowned(string owner, ImmutableArray<long>? accounts) => accounts switch
    {
        null =>
            new Refusal(
                RejectReason.Overloaded, "owner", null, "The accounts of owners can't be read now; nothing was done."),
        { IsEmpty: true } => new Refusal(RejectReason.UnknownAccount, "owner", null, $"'{owner}' owns no account."),
        _ => null,
    };

    /// <summary>
    /// Blocks an account everywhere: first it is frozen, so that no new order enters, then every book closes its open
    /// orders. Or unblocks it, also in single symbols.
    /// </summary>
    private async Task<BlockResult> SetAsync(AccountId account, bool isBlock, string by, string why)
    {
        if (!isBlock)
        {
            var released = await freezes.UnfreezeAsync(account.Value, by, why);
            return released == RejectReason.None
                ? await SetInSymbolsAsync(account, isBlock: false, null)
                : new BlockResult(Unfrozen(released), []);
        }

        var report = await freezes.FreezeAtOnceAsync(account.Value, new FreezeRequest(Closes: true, by, why));
        return report.Reason == RejectReason.None
            ? new BlockResult(null, report.Symbols, report.IsOnRecord)
            : new BlockResult(
                new Refusal(
                    report.Reason, null, null,
                    "Not known to be complete: the account is frozen, and its orders are cancelled all the same."), []);
    }

    private static Refusal Unfrozen(RejectReason reason) => reason == RejectReason.KillSwitch
        ? new Refusal(
            reason, "killDailyLoss", null,
            "The loss of the UTC day has reached killDailyLoss. Raise or remove that limit first, or wait for the next UTC day.")
        : new Refusal(reason);

    /// <summary>Blocks or unblocks an account in one symbol, or in all.</summary>
    private async Task<BlockResult> SetInSymbolsAsync(AccountId account, bool isBlock, string? only)
    {
        var symbols = (await listings.AllAsync()).Select(instrument => instrument.Symbol)
            .Where(symbol => only is null || symbol == only)
            .ToImmutableArray();
        var failed = new PartialFailure("symbol");
        var isOnRecord = true;
        foreach (var symbol in symbols)
        {
            BookCommand command = isBlock ? new BlockAccount(account.Value) : new UnblockAccount(account.Value);
            // Like a halt, a block does not wait for a journal that does not commit.
            var done = isBlock
                ? await operations.HaltAsync(symbol, command)
                : new HaltAnswer(await operations.OperateAsync(symbol, command), true, null);
            if (done.Reason != RejectReason.None)
                failed.Add(symbol, done.Reason);
            else
                isOnRecord &= done.IsOnRecord;
        }

        return new BlockResult(failed.Refusal, symbols, isOnRecord);
    }

    /// <summary>Returns true if an account is known to be unchanged. A partial change is recorded, too.</summary>
    private static bool IsNothingDone(bool isBlock, in BlockResult result) =>
        !isBlock && result.Refusal is not null && result.Symbols.IsEmpty;

    /// <summary>
    /// Returns a refusal for an account without an owner and without a record; a typo must not look like a freeze.
    /// </summary>
    private async ValueTask<Refusal?> UnknownAsync(AccountId account) =>
        await owners.MayHaveAsync(account.Value) || await freezes.MayExistAsync(account.Value)
            ? null
            : new Refusal(RejectReason.UnknownAccount, "account");

    /// <summary>Result for one account.</summary>
    /// <param name="Refusal">Reason why it is not known to be complete, or null.</param>
    /// <param name="Symbols">Symbols concerned.</param>
    /// <param name="IsOnRecord">True if it is durable.</param>
    private readonly record struct BlockResult(
        Refusal? Refusal, ImmutableArray<string> Symbols, bool IsOnRecord = true);
}
