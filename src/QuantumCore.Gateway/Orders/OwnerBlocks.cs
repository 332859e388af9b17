using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Blocks of owners, which freeze every account of the owner.</summary>
internal sealed class OwnerBlocks(
    IGrainFactory grains, FreezeControl freezes, TimeProvider time, ILogger<OwnerBlocks> log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly GrainCalls _calls = new(log);

    /// <summary>Records that an owner is blocked or not. Returns false if that is not known to be on record.</summary>
    public async ValueTask<bool> BlockOwnerAsync(OwnerBlock block)
    {
        try
        {
            var blocked = _calls.AskAsync("BlockOwner", 0, async () =>
            {
                await grains.Catalog().BlockOwner(block);
                return true;
            });
            return (await blocked.AsTask().WaitAsync(s_patience, time)).Failure == RejectReason.None;
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
    public async ValueTask JoinOwnerAsync(OwnedAccount account, string by)
    {
        var wasBlocked = await IsBlockedAsync(account.Owner);
        if (wasBlocked)
            await BlockMemberAsync(account, by);

        await grains.Catalog().SetOwner(account);
        if (!wasBlocked && await IsBlockedAsync(account.Owner))
            await BlockMemberAsync(account, by);
    }

    private async ValueTask<bool> IsBlockedAsync(string owner) =>
        owner.Length > 0 && (await grains.Catalog().BlockedOwners()).Contains(owner);

    private async ValueTask BlockMemberAsync(OwnedAccount account, string by) =>
        await freezes.FreezeAtOnceAsync(
            account.Account, new FreezeRequest(Closes: true, by, $"joins the blocked owner {account.Owner}"));
}
