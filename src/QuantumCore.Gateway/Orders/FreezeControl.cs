using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Freezes of accounts, and the kill switch.</summary>
public sealed class FreezeControl(
    IGrainFactory grains, AccountQueries accounts, MassCancellation massCancellation, TimeProvider time,
    ILogger<FreezeControl> log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_repeatAfter = TimeSpan.FromMilliseconds(250);

    private readonly GrainCalls _calls = new(log);

    // Accounts whose freeze is not on record yet, because the journal does not commit.
    private readonly ConcurrentDictionary<long, FreezeRequest> _freezing = new();

    /// <summary>Returns true while a freeze of the account is not on record yet.</summary>
    internal bool IsPending(long account) => _freezing.ContainsKey(account);

    /// <summary>
    /// Freezes an account; the kill switch also cancels its orders. The freeze is recorded: if the cancels are not
    /// known to be complete, the recovery agent continues them. While the journal does not commit, the freeze holds in
    /// the account's memory only.
    /// </summary>
    public async ValueTask<FreezeReport> FreezeAsync(long account, FreezeRequest request) =>
        await FinishAsync(account, request, await AskToFreezeAsync(account, request));

    /// <summary>
    /// Freezes an account without waiting for a journal that does not commit. This process then rejects the account's
    /// orders, and repeats the freeze until it is on record.
    /// </summary>
    public async ValueTask<FreezeReport> FreezeAtOnceAsync(long account, FreezeRequest request)
    {
        GrainAnswer<CancelAllMark> mark;
        try
        {
            mark = await AskToFreezeAsync(account, request).AsTask().WaitAsync(s_patience, time);
        }
        catch (TimeoutException)
        {
            mark = new GrainAnswer<CancelAllMark>(RejectReason.OutcomeUnknown, default!);
        }

        if (mark is { Failure: RejectReason.None, Value: { Reason: RejectReason.None, IsPending: false } })
            return await FinishAsync(account, request, mark);

        Repeat(account, request);
        return new FreezeReport(
            RejectReason.None, 0, mark.Failure == RejectReason.None ? mark.Value.Symbols : [], IsOnRecord: false);
    }

    /// <summary>Unfreezes an account.</summary>
    public async ValueTask<RejectReason> UnfreezeAsync(long account, string by, string why)
    {
        _freezing.TryRemove(account, out var pending);
        var answer = await _calls.AskAsync("Unfreeze", account, () => grains.Account(account).Unfreeze(by, why));
        var reason = answer.Failure == RejectReason.None ? answer.Value : answer.Failure;
        if (reason != RejectReason.None && pending is not null)
            Repeat(account, pending);
        return reason;
    }

    /// <summary>
    /// Returns true if an account has a record, or if that cannot be read now. Nobody waits for a journal that does not
    /// commit.
    /// </summary>
    public async ValueTask<bool> MayExistAsync(long account)
    {
        try
        {
            var asked = _calls.AskAsync("View", account, () => accounts.ViewAsync(account));
            var view = await asked.AsTask().WaitAsync(s_patience, time);
            return view.Failure != RejectReason.None || view.Value.Sequence > 0;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }

    private ValueTask<GrainAnswer<CancelAllMark>> AskToFreezeAsync(long account, FreezeRequest request) =>
        _calls.AskAsync("Freeze", account, () => grains.Account(account).Freeze(request));

    private async ValueTask<FreezeReport> FinishAsync(
        long account, FreezeRequest request, GrainAnswer<CancelAllMark> mark)
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

        var closed = await massCancellation.CloseUpToAsync(account, mark.Value.Floor, mark.Value.Symbols);
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

        _ = FreezeUntilRecordedAsync(account);
    }

    private async Task FreezeUntilRecordedAsync(long account)
    {
        while (_freezing.TryGetValue(account, out var request))
        {
            await Task.Delay(s_repeatAfter, time);
            if (_freezing.ContainsKey(account) && (await FreezeAsync(account, request)).IsOnRecord)
                _freezing.TryRemove(new(account, request));
        }
    }
}

/// <summary>Result of a freeze.</summary>
/// <param name="Reason">None, or why it is not known to be complete.</param>
/// <param name="Cancelled">Number of open orders known to have ended by it.</param>
/// <param name="Symbols">Symbols of the books that had orders to cancel.</param>
/// <param name="IsOnRecord">True if the freeze is durable.</param>
public readonly record struct FreezeReport(
    RejectReason Reason, int Cancelled, ImmutableArray<string> Symbols, bool IsOnRecord = true);
