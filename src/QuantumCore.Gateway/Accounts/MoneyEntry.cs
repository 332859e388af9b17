using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Accounts;

/// <summary>
/// Moves money and units out of an account. The debit is durable before anything else is called. The recovery agent
/// completes what could not be completed here.
/// </summary>
/// <remarks>Never throws for failures of grains, like <see cref="OrderEntry"/>.</remarks>
public sealed class MoneyEntry(IGrainFactory grains, ILogger<MoneyEntry> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>Transfers to another account. The result is open if the arrival is not known.</summary>
    public async ValueTask<TransferResult> TransferAsync(long account, TransferRequest request)
    {
        var given = await _calls.AskAsync("Transfer", account, () => grains.Account(account).Transfer(request));
        if (given.Failure != RejectReason.None)
            return new TransferResult(given.Failure, null, null, 0, false);
        if (given.Value is not { Reason: RejectReason.None, IsOpen: true } transfer)
            return given.Value;

        var arrival = new TransferArrival(account, transfer.Sequence, request.Asset, request.Amount);
        var arrived =
            await _calls.AskAsync(
                "TakeInTransfer", request.To, () => grains.Account(request.To).TakeInTransfer(arrival));
        if (arrived is not { Failure: RejectReason.None, Value.Reason: RejectReason.None })
            return transfer;

        var ended = await _calls.AskAsync("EndTransfer", account, async () =>
        {
            await grains.Account(account).EndTransfer(transfer.Sequence);
            return true;
        });
        return transfer with { IsOpen = ended.Failure != RejectReason.None };
    }

    /// <summary>
    /// Withdraws to the outside world, and passes the withdrawal to the payout grain of its asset. Returns its payout
    /// state at that time.
    /// </summary>
    /// <param name="account">Account to debit.</param>
    /// <param name="request">Asset, amount and destination.</param>
    /// <param name="decimals">Decimal places of the asset's minor unit.</param>
    public async ValueTask<(WithdrawResult Result, PayoutState State)> WithdrawAsync(
        long account, WithdrawRequest request, int decimals)
    {
        var taken = await _calls.AskAsync("Withdraw", account, () => grains.Account(account).Withdraw(request));
        if (taken.Failure != RejectReason.None)
            return (new WithdrawResult(taken.Failure, null, null, 0), PayoutState.Pending);
        if (taken.Value.Reason != RejectReason.None)
            return (taken.Value, PayoutState.Pending);

        var item = new PayoutItem(account, taken.Value.Sequence, request.Amount, request.Destination);
        var enlisted = await _calls.AskAsync(
            "Enlist", account, () => grains.GetGrain<IPayoutGrain>(request.Asset).Enlist(decimals, [item]));
        return (taken.Value, enlisted.Failure == RejectReason.None ? enlisted.Value[0] : PayoutState.Pending);
    }
}
