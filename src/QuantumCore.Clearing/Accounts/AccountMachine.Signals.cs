using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <content>The account as signals see it.</content>
internal sealed partial class AccountMachine
{
    /// <summary>
    /// Returns the account's position in an instrument, in lots, as if its open orders from signals had traded. So a
    /// second signal does not ignore the first one's order. Other orders do not count before they trade.
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
