using System.Collections.Concurrent;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

// Operators' acts on books and accounts.
public sealed partial class OrderEntry
{
    private static readonly TimeSpan s_freezePatience = TimeSpan.FromSeconds(1);

    // Accounts whose freeze is not on record yet, because the journal does not commit.
    private readonly ConcurrentDictionary<long, FreezeRequest> _freezing = new();

    /// <summary>
    /// Carries out an operator's command in one book, with one retry after a failed call. The same command again
    /// changes nothing, or is rejected.
    /// </summary>
    public async ValueTask<RejectReason> Operate(string symbol, BookCommand command)
    {
        var answer = await _calls.Ask(
            "Operate", AccountOf(command), async () => await (await listings.Book(symbol)).Operate(symbol, command));
        return answer.Failure == RejectReason.None ? answer.Value : answer.Failure;
    }

    /// <summary>Halts a symbol at once, and waits only briefly for the record. A failed call is retried once.</summary>
    public async ValueTask<HaltAnswer> Halt(string symbol, BookCommand command)
    {
        var answer = await _calls.Ask(
            "Halt", AccountOf(command), async () => await (await listings.Book(symbol)).Halt(symbol, command));
        return answer.Failure == RejectReason.None ? answer.Value : new HaltAnswer(answer.Failure, false, null);
    }

    private static long AccountOf(BookCommand command) => command switch
    {
        BlockAccount block => block.Account,
        UnblockAccount unblock => unblock.Account,
        _ => 0,
    };

    /// <summary>
    /// Freezes an account; the kill switch also cancels its orders. The freeze is recorded: if the cancels are not
    /// known to be complete, the recovery agent continues them. While the journal does not commit, the freeze holds in
    /// the account's memory only.
    /// </summary>
    public async ValueTask<FreezeReport> Freeze(long account, FreezeRequest request) =>
        await Finish(account, request, await AskToFreeze(account, request));

    /// <summary>
    /// Freezes an account without waiting for a journal that does not commit. This process then rejects the account's
    /// orders, and repeats the freeze until it is on record.
    /// </summary>
    public async ValueTask<FreezeReport> FreezeAtOnce(long account, FreezeRequest request)
    {
        GrainAnswer<CancelAllMark> mark;
        try
        {
            mark = await AskToFreeze(account, request).AsTask().WaitAsync(s_freezePatience, time);
        }
        catch (TimeoutException)
        {
            mark = new GrainAnswer<CancelAllMark>(RejectReason.OutcomeUnknown, default!);
        }

        if (mark is { Failure: RejectReason.None, Value: { Reason: RejectReason.None, IsPending: false } })
            return await Finish(account, request, mark);

        Repeat(account, request);
        return new FreezeReport(
            RejectReason.None, 0, mark.Failure == RejectReason.None ? mark.Value.Symbols : [], IsOnRecord: false);
    }

    /// <summary>Unfreezes an account.</summary>
    public async ValueTask<RejectReason> Unfreeze(long account, string by, string why)
    {
        _freezing.TryRemove(account, out var pending);
        var answer = await _calls.Ask("Unfreeze", account, () => grains.Account(account).Unfreeze(by, why));
        var reason = answer.Failure == RejectReason.None ? answer.Value : answer.Failure;
        if (reason != RejectReason.None && pending is not null)
            Repeat(account, pending);
        return reason;
    }

    /// <summary>Records that an owner is blocked or not. Returns false if that is not known to be on record.</summary>
    public async ValueTask<bool> BlockOwner(OwnerBlock block)
    {
        try
        {
            var blocked = _calls.Ask("BlockOwner", 0, async () =>
            {
                await grains.Catalog().BlockOwner(block);
                return true;
            });
            return (await blocked.AsTask().WaitAsync(s_freezePatience, time)).Failure == RejectReason.None;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>
    /// Gives an account to an owner. If the owner is blocked, so is the account: before it joins, and after that if the
    /// owner was blocked meanwhile.
    /// </summary>
    public async ValueTask JoinOwner(OwnedAccount account, string by)
    {
        var wasBlocked = await IsBlocked(account.Owner);
        if (wasBlocked)
            await BlockMember(account, by);

        await grains.Catalog().SetOwner(account);
        if (!wasBlocked && await IsBlocked(account.Owner))
            await BlockMember(account, by);
    }

    private async ValueTask<bool> IsBlocked(string owner) =>
        owner.Length > 0 && (await grains.Catalog().BlockedOwners()).Contains(owner);

    private async ValueTask BlockMember(OwnedAccount account, string by) =>
        await FreezeAtOnce(
            account.Account, new FreezeRequest(Closes: true, by, $"joins the blocked owner {account.Owner}"));

    /// <summary>
    /// Returns true if an account has a record, or if that cannot be read now. Nobody waits for a journal that does not
    /// commit.
    /// </summary>
    public async ValueTask<bool> MayExist(long account)
    {
        try
        {
            var view =
                await _calls.Ask("View", account, () => View(account)).AsTask().WaitAsync(s_freezePatience, time);
            return view.Failure != RejectReason.None || view.Value.Sequence > 0;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private ValueTask<GrainAnswer<CancelAllMark>> AskToFreeze(long account, FreezeRequest request) =>
        _calls.Ask("Freeze", account, () => grains.Account(account).Freeze(request));

    private async ValueTask<FreezeReport> Finish(long account, FreezeRequest request, GrainAnswer<CancelAllMark> mark)
    {
        if (mark.Failure != RejectReason.None)
            return new FreezeReport(mark.Failure, 0, [], IsOnRecord: false);
        if (mark.Value.Reason != RejectReason.None)
            return new FreezeReport(
                mark.IsFirst ? mark.Value.Reason : RejectReason.OutcomeUnknown, 0, [], IsOnRecord: false);
        // Books cancel up to a floor that is on record.
        if (mark.Value.IsPending)
            return new FreezeReport(RejectReason.None, 0, mark.Value.Symbols, IsOnRecord: false);
        if (!request.Closes)
            return new FreezeReport(RejectReason.None, 0, []);

        var closed = await CloseUpTo(account, mark.Value.Floor, mark.Value.Symbols);
        return new FreezeReport(closed.Reason, closed.Cancelled, mark.Value.Symbols);
    }

    /// <summary>Repeats a freeze until it is on record. A kill replaces a freeze that is repeated already.</summary>
    private void Repeat(long account, FreezeRequest request)
    {
        while (!_freezing.TryAdd(account, request))
        {
            if (_freezing.TryGetValue(account, out var known)
                && (known.Closes || !request.Closes || _freezing.TryUpdate(account, request, known)))
            {
                return;
            }
        }

        _ = FreezeUntilRecorded(account);
    }

    private async Task FreezeUntilRecorded(long account)
    {
        while (_freezing.TryGetValue(account, out var request))
        {
            await Task.Delay(s_firstPause, time);
            if (_freezing.ContainsKey(account) && (await Freeze(account, request)).IsOnRecord)
                _freezing.TryRemove(new(account, request));
        }
    }
}
