using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <content>What signals see of the account.</content>
internal sealed partial class AccountMachine
{
    /// <summary>
    /// What the account has of an instrument, in lots, once its signals' orders that are open now have traded: a second signal must not
    /// take the first one's order for nothing. Other orders do not count before they trade.
    /// </summary>
    public long PositionForSignals(Instrument instrument)
    {
        var has = Account.Of(instrument.Base).Total / instrument.LotUnits;
        foreach (var order in Account.Orders.Values)
        {
            if (order.Instrument.Symbol == instrument.Symbol && SignalNames.IsOfSignal(order.ClientOrderId))
            {
                has = checked(has + (order.Side == Side.Buy ? order.LeavesLots : -order.LeavesLots));
            }
        }

        return has;
    }
}
