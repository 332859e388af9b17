using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// Calls for freezes and the kill switch: for an account, for an account in one symbol, and for a firm.
/// </summary>
internal sealed class BlockCalls(
    OrderEntry entry, IGrainFactory grains, Listings listings, AccountOwners owners, KeyRing keys, OperatorLog operators)
{
    /// <summary>POST /admin/accounts/{account}/freeze: freezes an account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. The account then enters no orders and sends nothing
    /// (<c>AccountFrozen</c>); its open orders stay, and deposits arrive. Expect <c>UnknownAccount</c> for an account
    /// without an owner and without a record.
    /// </remarks>
    public Task Freeze(HttpContext context) => SetFrozen(context, isFrozen: true);

    /// <summary>POST /admin/accounts/{account}/unfreeze: ends the freeze of an account.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Expect <c>KillSwitch</c> while the account's orders are not all cancelled
    /// or its loss of the day is at <c>killDailyLoss</c>; expect <c>InsufficientFunds</c> while it lacks what a changed
    /// trade took back.
    /// </remarks>
    public Task Unfreeze(HttpContext context) => SetFrozen(context, isFrozen: false);

    /// <summary>POST /admin/accounts/{account}/block: stops an account and cancels its orders.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. This is the kill switch: it freezes the account and cancels all its
    /// orders; with <c>symbol</c> only that symbol is blocked. Expect <c>UnknownAccount</c> or <c>UnknownSymbol</c>;
    /// after an error with symbols in <c>detail</c>, repeat the call.
    /// </remarks>
    public Task Block(HttpContext context) => SetBlock(context, isBlock: true);

    /// <summary>POST /admin/accounts/{account}/unblock: lets a blocked account trade again.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; ends the freeze and the blocks in single symbols, or with <c>symbol</c>
    /// that block alone. The errors are those of unfreezing; after an error with symbols in <c>detail</c>, repeat the
    /// call.
    /// </remarks>
    public Task Unblock(HttpContext context) => SetBlock(context, isBlock: false);

    /// <summary>POST /admin/owners/{owner}/block: stops all accounts of an owner.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. This is the kill switch of a firm: it blocks every account that the owner
    /// has now. Expect <c>UnknownAccount</c> if the owner has none. If some accounts fail, the error names them in
    /// <c>detail</c>: repeat the call.
    /// </remarks>
    public Task BlockOwner(HttpContext context) => SetOwnerBlock(context, isBlock: true);

    /// <summary>POST /admin/owners/{owner}/unblock: lets an owner's accounts trade again.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Expect <c>UnknownAccount</c> if the owner has no account. If some accounts
    /// fail, the error names them in <c>detail</c>: repeat the call.
    /// </remarks>
    public Task UnblockOwner(HttpContext context) => SetOwnerBlock(context, isBlock: false);

    private async Task SetFrozen(HttpContext context, bool isFrozen)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer || await Call.Account(context) is not { } account ||
            await Call.Read(context, WireJson.Default.FreezeText) is not { } text)
        {
            return;
        }

        var refusal = WhyReading.Check(text.Why) ?? await Unknown(account);
        if (refusal is null)
        {
            var reason = isFrozen
                ? (await entry.Freeze(account.Value, new FreezeRequest(Closes: false, officer.Name, text.Why ?? ""))).Reason
                : await entry.Unfreeze(account.Value, officer.Name, text.Why ?? "");
            refusal = reason == RejectReason.None
                ? await operators.Note(officer, isFrozen ? "accountFrozen" : "accountUnfrozen", account.ToString(), text)
                : Unfrozen(reason);
        }

        if (refusal is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        await Answer.Json(context, (account, isFrozen), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("account"u8, answer.account.ToString());
            to.WriteString("state"u8, answer.isFrozen ? "frozen"u8 : "open"u8);
            to.WriteEndObject();
        });
    }

    private async Task SetBlock(HttpContext context, bool isBlock)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer || await Call.Account(context) is not { } account ||
            await Call.Read(context, WireJson.Default.BlockText) is not { } text)
        {
            return;
        }

        if ((WhyReading.Check(text.Why) ?? await Unknown(account)) is { } wrong)
        {
            await Answer.Refuse(context, wrong);
            return;
        }

        var (refusal, symbols) = text.Symbol is null
            ? await Set(account, isBlock, officer.Name, text.Why ?? "")
            : await SetInSymbols(account, isBlock, text.Symbol);
        if (text.Symbol is not null && symbols.IsEmpty)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.UnknownSymbol, "symbol"));
            return;
        }

        var unnoted = IsNothingDone(isBlock, refusal, symbols)
            ? null
            : await operators.Note(officer, isBlock ? "accountBlocked" : "accountUnblocked", account.ToString(), text);
        if ((refusal ?? unnoted) is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        await Answer.Json(context, new Blocked(account, symbols), (to, answer) => answer.Write(to, isBlock));
    }

    /// <summary>
    /// Blocks or unblocks all accounts of an owner in parallel: a failed one does not delay the others.
    /// </summary>
    private async Task SetOwnerBlock(HttpContext context, bool isBlock)
    {
        if (await Call.Officer(context, keys, UserRole.Risk) is not { } officer || await Call.Read(context, WireJson.Default.FreezeText) is not { } text)
            return;

        var owner = Call.Path(context, "owner");
        var accounts = await owners.Of(owner);
        if ((WhyReading.Check(text.Why) ?? (accounts.IsEmpty
            ? new Refusal(RejectReason.UnknownAccount, "owner", null, $"'{owner}' owns no account.")
            : (Refusal?)null)) is { } wrong)
        {
            await Answer.Refuse(context, wrong);
            return;
        }

        var results = await Task.WhenAll(accounts.Select(async account =>
            (Account: new AccountId(account), Result: await Set(new AccountId(account), isBlock, officer.Name, text.Why ?? ""))));
        var failed = new PartialFailure("owner");
        foreach (var (account, result) in results)
        {
            if (result.Refusal is { } refusal)
                failed.Add(account.ToString(), refusal.Reason);
        }

        var unnoted = Array.TrueForAll(results, result => IsNothingDone(isBlock, result.Result.Refusal, result.Result.Symbols))
            ? null
            : await operators.Note(officer, isBlock ? "ownerBlocked" : "ownerUnblocked", owner, text);
        if ((failed.Refusal ?? unnoted) is { } refused)
        {
            await Answer.Refuse(context, refused);
            return;
        }

        await Answer.Json(context, (owner, results), (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("owner"u8, answer.owner);
            to.WriteBoolean("blocked"u8, isBlock);
            to.WriteStartArray("accounts"u8);
            foreach (var (account, result) in answer.results)
                new Blocked(account, result.Symbols).Write(to, isBlock);
            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>
    /// Blocks an account everywhere: first it is frozen, so that no new order enters, then every book closes its open
    /// orders. Or unblocks it, also in single symbols.
    /// </summary>
    private async Task<(Refusal? Refusal, ImmutableArray<string> Symbols)> Set(AccountId account, bool isBlock, string by, string why)
    {
        if (!isBlock)
        {
            var released = await entry.Unfreeze(account.Value, by, why);
            return released == RejectReason.None ? await SetInSymbols(account, isBlock: false, null) : (Unfrozen(released), []);
        }

        var report = await entry.Freeze(account.Value, new FreezeRequest(Closes: true, by, why));
        return report.Reason == RejectReason.None
            ? (null, report.Symbols)
            : (new Refusal(
                report.Reason, null, null, "Not known to be complete: once the account is frozen, its orders are cancelled all the same."), []);
    }

    private static Refusal Unfrozen(RejectReason reason) => reason == RejectReason.KillSwitch
        ? new Refusal(
            reason, "killDailyLoss", null,
            "The loss of the UTC day has reached killDailyLoss. Raise or remove that limit first, or wait for the next UTC day.")
        : new Refusal(reason);

    /// <summary>Blocks or unblocks an account in one symbol, or in all.</summary>
    private async Task<(Refusal? Refusal, ImmutableArray<string> Symbols)> SetInSymbols(AccountId account, bool isBlock, string? only)
    {
        var symbols = (await listings.All()).Select(instrument => instrument.Symbol)
            .Where(symbol => only is null || symbol == only)
            .ToImmutableArray();
        var failed = new PartialFailure("symbol");
        foreach (var symbol in symbols)
        {
            var reason = await entry.Operate(symbol, BookCommand.Of(isBlock ? BookVerb.Block : BookVerb.Unblock, account: account.Value));
            if (reason != RejectReason.None)
                failed.Add(symbol, reason);
        }

        return (failed.Refusal, symbols);
    }

    /// <summary>Returns true if an account is known to be unchanged. A partial change is recorded, too.</summary>
    private static bool IsNothingDone(bool isBlock, Refusal? refusal, ImmutableArray<string> symbols) =>
        !isBlock && refusal is not null && symbols.IsEmpty;

    /// <summary>
    /// Returns a refusal for an account without an owner and without a record; a typo must not look like a freeze.
    /// </summary>
    private async ValueTask<Refusal?> Unknown(AccountId account) =>
        await owners.Has(account.Value) || (await grains.Account(account.Value).View([])).Sequence > 0
            ? null
            : new Refusal(RejectReason.UnknownAccount, "account");

    private readonly record struct Blocked(AccountId Account, ImmutableArray<string> Symbols)
    {
        public void Write(Utf8JsonWriter to, bool isBlock)
        {
            to.WriteStartObject();
            to.WriteString("account"u8, Account.ToString());
            to.WriteBoolean("blocked"u8, isBlock);
            to.WriteStartArray("symbols"u8);
            foreach (var symbol in Symbols)
                to.WriteStringValue(symbol);
            to.WriteEndArray();
            to.WriteEndObject();
        }
    }
}
