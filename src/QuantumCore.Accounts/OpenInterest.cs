using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What an account's open orders in one symbol come to, kept as they change: to ask it costs the same for one and for thousands.</summary>
/// <param name="instrument">The instrument that the first of them was placed under.</param>
/// <param name="margined">Whether they are a margin account's, which asks what they may lose.</param>
/// <param name="receipts">Amounts that open orders of the account are to receive, by asset; null when nobody asks.</param>
public sealed class OpenInterest(Instrument instrument, bool margined = false, ExpectedReceipts? receipts = null)
{
    private readonly HashSet<HeldOrder>? _members = margined ? [] : null;
    private long _markTicks;
    private OpenOrderWorth _worth;

    // Of an instrument it is reckoned each time, and never changes.
    private readonly long _tickLotValue = instrument.TickLotValue;
    private Int128 _buyTickLots;
    private Int128 _sellTickLots;

    /// <summary>The instrument that the first of them was placed under.</summary>
    public Instrument Instrument => instrument;

    /// <summary>Number of open orders.</summary>
    public int Orders { get; private set; }

    /// <summary>What is held for its buys, quote minor units.</summary>
    public long BuyHeld { get; private set; }

    /// <summary>What is held for its sells, base minor units.</summary>
    public long SellHeld { get; private set; }

    /// <summary>Lots that its buys have open.</summary>
    public Int128 BuyLots { get; private set; }

    /// <summary>The same at the worst prices of its buys, in quote minor units.</summary>
    public Int128 BuyValue => _buyTickLots * _tickLotValue;

    /// <summary>What its sells may trade at their limits, in quote minor units; of a margin account alone.</summary>
    public Int128 SellValue => _sellTickLots * _tickLotValue;

    /// <summary>What they may cost beyond the margin of the position, at a mark price; reckoned anew when that has changed.</summary>
    public OpenOrderWorth WorthAt(long markTicks)
    {
        if (markTicks != _markTicks)
        {
            (_markTicks, _worth) = (markTicks, default);
            foreach (var order in _members ?? [])
            {
                CountWorth(order, 1);
            }
        }

        return _worth;
    }

    /// <summary>What is held of an asset for them, minor units.</summary>
    public long HeldOf(string asset) => asset == instrument.Quote.Name ? BuyHeld : asset == instrument.Base.Name ? SellHeld : 0;

    internal void Add(HeldOrder order) => Count(order, 1);

    internal void Remove(HeldOrder order) => Count(order, -1);

    private void Count(HeldOrder order, int sign)
    {
        Orders += sign;
        receipts?.Add(instrument, order, sign);
        if (order.Side == Side.Buy)
        {
            BuyLots += sign * order.OpenLots;
            _buyTickLots += Math.BigMul(sign * order.OpenLots, order.PriceTicks);
            BuyHeld += sign * order.Held;
        }
        else
        {
            SellHeld += sign * order.Held;
        }

        if (_members is not null)
        {
            _sellTickLots += order.Side == Side.Sell ? Math.BigMul(sign * order.WorstLots, order.PriceTicks) : 0;
            _ = sign > 0 ? _members.Add(order) : _members.Remove(order);
            CountWorth(order, sign);
        }
    }

    private void CountWorth(HeldOrder order, int sign)
    {
        var worth = OpenOrderWorth.Of(_tickLotValue, _markTicks, order.Side, order.PriceTicks, order.WorstLots, order.Paid);
        _worth = new(_worth.Loss + (sign * worth.Loss), _worth.Fees + (sign * worth.Fees));
    }
}
