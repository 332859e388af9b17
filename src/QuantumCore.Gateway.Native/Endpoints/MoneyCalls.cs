using System.Globalization;
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

/// <summary>Calls that move money and units out of accounts.</summary>
internal sealed class MoneyCalls(
    MoneyEntry entry, OwnerBlocks ownerBlocks, IGrainFactory grains, Listings listings, AccountOwners owners,
    OperatorLog operators)
{
    private const int LongestOwner = 64;

    /// <summary>POST /transfers: transfers to an account of yours.</summary>
    /// <remarks>
    /// Needs a key or session with an account; the receiver must have the same owner, else <c>Forbidden</c>.
    /// <c>amount</c> is decimal text in the asset's decimals. The same <c>key</c> with the same content is the same
    /// transfer, with other content <c>KeyConflict</c>; <c>InsufficientFunds</c> is final for its key.
    /// </remarks>
    public Task<Result<Api.Transfer>> TransferAsync(HttpContext context, Caller caller, Api.TransferBody text) =>
        TransferAsync(caller.Account, officer: null, text);

    /// <summary>POST /admin/accounts/{account}/transfers: transfers between any two accounts.</summary>
    /// <remarks>
    /// Needs the role administrator. It does the same as <c>POST /transfers</c>, from the account of the path to any
    /// other.
    /// </remarks>
    public Task<Result<Api.Transfer>> TransferForAnyAsync(
        HttpContext context, Caller officer, AccountId account, Api.TransferBody text) =>
        TransferAsync(account.Value, officer, text);

    /// <summary>GET /transfers: lists sent and received transfers.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, amounts are decimal text. <c>limit</c> is 1 to 1000, by
    /// default 100; pass <c>next</c> as <c>after</c>, else <c>BadRequest</c>.
    /// </remarks>
    public async Task<Result<Api.TransferList>> TransfersAsync(HttpContext context, Caller caller)
    {
        var after = default(TransferPlace?);
        if ((Call.Limit(context, out var limit) ?? Call.After(context, ReadPlace, out after)) is { } refused)
            return refused;

        var transfers = await grains.Ledger().Transfers(caller.Account, limit + 1, after);
        return new Api.TransferList(
            [.. transfers.Take(limit).Select(ToApi)], transfers.Length > limit ? Text(transfers[limit - 1]) : null);
    }

    /// <summary>POST /withdrawals: withdraws money or units.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>amount</c> is decimal text in the asset's decimals,
    /// <c>destination</c> 1 to 128 printable ASCII characters. The amount leaves the account at once. The same
    /// <c>key</c> with the same content is the same withdrawal, with other content <c>KeyConflict</c>;
    /// <c>InsufficientFunds</c> is final for its key.
    /// </remarks>
    public Task<Result<Api.NewWithdrawal>> WithdrawAsync(HttpContext context, Caller caller, Api.WithdrawalBody text) =>
        WithdrawAsync(caller.Account, officer: null, text);

    /// <summary>POST /admin/accounts/{account}/withdrawals: withdraws from any account.</summary>
    /// <remarks>
    /// Needs the role administrator. It does the same as <c>POST /withdrawals</c>, out of the account of the path.
    /// </remarks>
    public Task<Result<Api.NewWithdrawal>> WithdrawForAnyAsync(
        HttpContext context, Caller officer, AccountId account, Api.WithdrawalBody text) =>
        WithdrawAsync(account.Value, officer, text);

    /// <summary>GET /withdrawals: lists the account's withdrawals.</summary>
    /// <remarks>
    /// Needs a key or session with an account; newest first, amounts are decimal text. <c>state</c> is pending, sent,
    /// final or refused. <c>limit</c> is 1 to 1000, by default 100; pass <c>next</c> as <c>after</c>, else
    /// <c>BadRequest</c>.
    /// </remarks>
    public async Task<Result<Api.WithdrawalList>> WithdrawalsAsync(HttpContext context, Caller caller)
    {
        var before = default(long?);
        if ((Call.Limit(context, out var limit)
            ?? Call.After(context, static text => Call.Number(text, 0, long.MaxValue), out before)) is { } refused)
            return refused;

        var withdrawals = await grains.Ledger().Withdrawals(caller.Account, limit + 1, before);
        return new Api.WithdrawalList(
            [.. withdrawals.Take(limit).Select(ToApi)],
            withdrawals.Length > limit
                ? withdrawals[limit - 1].Sequence.ToString(CultureInfo.InvariantCulture)
                : null);
    }

    /// <summary>POST /admin/accounts/{account}/owner: sets the owner of an account.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>owner</c> has at most 64 characters, and an empty text means none. Accounts of
    /// one owner may transfer to each other, and self-trade prevention treats them as one. Expect <c>BadRequest</c> for
    /// a name with a slash, or with spaces at its ends.
    /// </remarks>
    public async Task<Result<Api.AccountOwner>> SetOwnerAsync(
        HttpContext context, Caller officer, AccountId account, Api.OwnerBody text)
    {
        // A path must be able to name the owner: its accounts are blocked by it.
        if (text.Owner is not { } owner || owner.Length > LongestOwner || owner.Any(char.IsControl)
            || owner.Trim() != owner || owner is "." or ".." || owner.AsSpan().ContainsAny('/', '\\'))
        {
            return new Refusal(
                RejectReason.BadRequest, "owner", "64",
                RefusalText.Not(
                    "owner", text.Owner,
                    $"a name of at most {LongestOwner} characters without slashes and without spaces at its ends, "
                        + "not . or .., or empty for none"));
        }

        await ownerBlocks.JoinOwnerAsync(new OwnedAccount(account.Value, owner), officer.Name);
        await owners.RefreshAsync();
        if (await operators.NoteAsync(officer, "ownerSet", account.ToString(), text) is { } refused)
            return refused;

        return new Api.AccountOwner(account.ToString(), owner);
    }

    private async Task<Result<Api.Transfer>> TransferAsync(long account, Caller? officer, Api.TransferBody text)
    {
        var (refusal, asset, amount) = await MoneyReading.ReadAsync(listings, text.Key, text.Asset, text.Amount);
        refusal = MoneyReading.ReadOther("to", text.To, account, out var receiver) ?? refusal;
        if (refusal is null && officer is null && !await owners.AreOfOneAsync(account, receiver.Value))
            refusal = new Refusal(
                RejectReason.Forbidden, "to", null,
                $"to {receiver} has another owner; a transfer goes to an account of the same owner, only "
                    + "administrators can choose any account");
        if (refusal is { } refused)
            return refused;

        var request = new TransferRequest(text.Key!, receiver.Value, asset!.Name, amount);
        var result = await entry.TransferAsync(account, request);
        if ((ReasonOf(result.Reason, result.Field, result.Limit, text.Amount, asset)
            ?? await operators.NoteAsync(officer, "transferred", new AccountId(account).ToString(), text))
            is { } failure)
            return failure;

        return new Api.Transfer(
            result.Sequence, request.Key, ApiValues.Account(account), receiver.ToString(), asset.Name,
            asset.AmountOf(amount), StateOf(!result.IsOpen));
    }

    private async Task<Result<Api.NewWithdrawal>> WithdrawAsync(long account, Caller? officer, Api.WithdrawalBody text)
    {
        var (refusal, asset, amount) = await MoneyReading.ReadAsync(listings, text.Key, text.Asset, text.Amount);
        if (refusal is null && !Destination.IsValid(text.Destination))
            refusal = Refusal.Not("destination", text.Destination, Destination.Rule);
        if (refusal is { } refused)
            return refused;

        var request = new WithdrawRequest(text.Key!, asset!.Name, amount, text.Destination!);
        var (result, state) = await entry.WithdrawAsync(account, request, asset.Decimals);
        if ((ReasonOf(result.Reason, result.Field, result.Limit, text.Amount, asset)
            ?? await operators.NoteAsync(officer, "withdrawn", new AccountId(account).ToString(), text)) is { } failure)
            return failure;

        return new Api.NewWithdrawal(
            result.Sequence, request.Key, ApiValues.Account(account), asset.Name, asset.AmountOf(amount),
            request.Destination, StateOf(state));
    }

    /// <summary>Returns the account's refusal, with the requested and the free amount; null for none.</summary>
    private static Refusal? ReasonOf(RejectReason reason, string? field, string? limit, string? amount, Asset? asset) =>
        reason switch
        {
            RejectReason.None => null,
            RejectReason.InsufficientFunds when (limit, amount, asset) is ({ } free, { } asked, { } of) => new Refusal(
                reason, field, limit,
                $"amount {RefusalText.Shown(asked)} is more than the free {free} {of.Name}; nearest: {free}"),
            _ => new Refusal(reason, field, limit),
        };

    private static Api.Withdrawal ToApi(AccountWithdrawal withdrawal) => new(
        withdrawal.Sequence,
        withdrawal.Key,
        ApiValues.Account(withdrawal.Account),
        withdrawal.Asset,
        ApiValues.Decimal(withdrawal.Amount, withdrawal.Decimals),
        withdrawal.Destination,
        StateOf(withdrawal.State),
        withdrawal.Batch,
        withdrawal.Why,
        new(withdrawal.TimeNanos),
        withdrawal.TimeNanos);

    private static Api.Transfer ToApi(AccountTransfer transfer) => new(
        transfer.Sequence,
        transfer.Key,
        ApiValues.Account(transfer.From),
        ApiValues.Account(transfer.To),
        transfer.Asset,
        ApiValues.Decimal(transfer.Amount, transfer.Decimals),
        StateOf(transfer.IsDone),
        new(transfer.TimeNanos),
        transfer.TimeNanos);

    private static Api.WithdrawalState StateOf(PayoutState state) =>
        ApiValues.Word<Api.WithdrawalState>(state.Word());

    private static Api.TransferState StateOf(bool isDone) =>
        isDone ? Api.TransferState.Done : Api.TransferState.InTransit;

    private static string Text(AccountTransfer last) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.TimeNanos}.{last.From}.{last.Sequence}");

    private static TransferPlace? ReadPlace(string text) =>
        text.Split('.') is [var nanos, var from, var sequence] && Call.Number(nanos, 0, long.MaxValue) is { } n
        && Call.Number(from, 0, long.MaxValue) is { } f && Call.Number(sequence, 0, long.MaxValue) is { } s
            ? new TransferPlace(n, f, s)
            : null;
}
