using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Carries what left an account to its end. All of it is durable; all of it may be carried again.</summary>
public sealed partial class OpenWorkAgent
{
    private const int TransfersPerPage = 500;

    /// <summary>One round over the transfers whose arrival is not on record.</summary>
    public async Task CarryTransfersAsync(CancellationToken cancellationToken)
    {
        for (var page = 0; page < PagesPerRound; page++)
        {
            // One that can't arrive stays, and must not stand before the others.
            var open = await history.OpenTransfersAsync(TransfersPerPage, page * TransfersPerPage, cancellationToken);
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

    // One account that can't answer must not keep what others have sent.
    private async Task CarryAsync(OpenTransfer transfer)
    {
        try
        {
            var arrived = await Account(transfer.To).TakeInTransfer(transfer.Arrival);
            if (arrived.Reason == RejectReason.None)
            {
                await Account(transfer.Arrival.From).EndTransfer(transfer.Arrival.Sequence);
            }
            else
            {
                GrainLog.TransferWaits(log, transfer.Arrival.From, transfer.Arrival.Sequence, transfer.To, arrived.Reason);
            }
        }
        catch (Exception e)
        {
            GrainLog.AgentFailed(log, e);
        }
    }

    private IAccountGrain Account(long account) =>
        grains.GetGrain<IAccountGrain>(account.ToString(CultureInfo.InvariantCulture));
}
