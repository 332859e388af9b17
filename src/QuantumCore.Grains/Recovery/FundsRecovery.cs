using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Grains.Payouts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Recovery;

/// <summary>Completes transfers and withdrawals. All of it is durable and may be repeated.</summary>
public sealed class FundsRecovery(HistoryStore history, IGrainFactory grains, ILogger<FundsRecovery> log)
{
    private const int TransfersPerPage = 500;
    private const int PagesPerRound = 20;

    /// <summary>Does one round over the transfers whose arrival is not on record.</summary>
    public async Task CarryTransfersAsync(CancellationToken cancellationToken)
    {
        for (var page = 0; page < PagesPerRound; page++)
        {
            // A transfer that cannot arrive stays, and must not block the others.
            var open = await history.Transfers.OpenAsync(TransfersPerPage, page * TransfersPerPage, cancellationToken);
            foreach (var transfer in open)
            {
                await CarryAsync(transfer);
            }

            if (open.Length < TransfersPerPage)
            {
                break;
            }
        }
    }

    // An account that cannot answer must not block the transfers of others.
    private async Task CarryAsync(OpenTransfer transfer)
    {
        try
        {
            var arrived = await grains.Account(transfer.To).TakeInTransfer(transfer.Arrival);
            if (arrived.Reason == RejectReason.None)
            {
                await grains.Account(transfer.Arrival.From).EndTransfer(transfer.Arrival.Sequence);
            }
            else
            {
                GrainLog.TransferWaits(
                    log, transfer.Arrival.From, transfer.Arrival.Sequence, transfer.To, arrived.Reason);
            }
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
        }
    }

    /// <summary>Does one round over the withdrawals that are neither paid nor refused.</summary>
    public async Task CarryWithdrawalsAsync(CancellationToken cancellationToken)
    {
        for (var page = 0; page < PagesPerRound; page++)
        {
            var open = await history.Withdrawals.OpenAsync(
                TransfersPerPage, page * TransfersPerPage, cancellationToken);
            foreach (var group in open.GroupBy(
                withdrawal => (withdrawal.Item.Account, withdrawal.Asset, withdrawal.Decimals)))
            {
                foreach (var items in group.Select(withdrawal => withdrawal.Item).Chunk(PayoutGrain.ItemsLimit))
                {
                    await EnlistAsync(group.Key.Account, group.Key.Asset, group.Key.Decimals, [.. items]);
                }
            }

            if (open.Length < TransfersPerPage)
            {
                break;
            }
        }
    }

    private async Task EnlistAsync(long account, string asset, int decimals, ImmutableArray<PayoutItem> items)
    {
        try
        {
            var states = await grains.GetGrain<IPayoutGrain>(asset).Enlist(decimals, items);
            if (states.Any(state => state is PayoutState.Final or PayoutState.Refused))
            {
                await grains.Account(account).CatchUp();
            }
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
        }
    }
}
