using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What an account's open orders in one symbol come to, kept as they change: to ask it costs the same for one and for thousands.</summary>
public sealed class OpenInterest(Instrument instrument)
{
    // Of an instrument it is reckoned each time, and never changes.
    private readonly long _tickLotValue = instrument.TickLotValue;
    private Int128 _buyTickLots;

    /// <summary>The instrument that the first of them was placed under.</summary>
    public Instrument Instrument => instrument;

    /// <summary>Number of open orders.</summary>
    public int Orders { get; private set; }

    /// <summary>Lots that its buys have open.</summary>
    public Int128 BuyLots { get; private set; }

    /// <summary>The same at the worst prices of its buys, in quote minor units.</summary>
    public Int128 BuyValue => _buyTickLots * _tickLotValue;

    internal void Add(HeldOrder order) => Count(order, 1);

    internal void Remove(HeldOrder order) => Count(order, -1);

    private void Count(HeldOrder order, int sign)
    {
        Orders += sign;
        if (order.Side == Side.Buy)
        {
            BuyLots += sign * order.OpenLots;
            _buyTickLots += (Int128)sign * order.OpenLots * order.PriceTicks;
        }
    }
}
