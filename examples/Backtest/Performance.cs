using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Examples.Backtest;

/// <summary>
/// Result of a strategy. Exact: amounts are decimals of the quote asset, as the exchange writes them.
/// </summary>
public sealed class Performance
{
    private decimal _cash;
    private decimal _peak;
    private decimal _middle;

    /// <summary>Quantity bought less quantity sold, in the base asset.</summary>
    public decimal Position { get; private set; }

    /// <summary>Number of orders sent.</summary>
    public int Orders { get; private set; }

    /// <summary>Number of trades of the orders.</summary>
    public int Fills { get; private set; }

    /// <summary>Quantity bought and sold, in the base asset.</summary>
    public decimal Turnover { get; private set; }

    /// <summary>Total fees paid.</summary>
    public decimal Fees { get; private set; }

    /// <summary>Largest drop of the profit below its previous peak.</summary>
    public decimal Drawdown { get; private set; }

    /// <summary>Cash, plus the position at the last middle price. The strategy began with nothing.</summary>
    public decimal Profit => _cash + (Position * _middle);

    /// <summary>Cash received less cash spent, after fees.</summary>
    public decimal Cash => _cash;

    /// <summary>Books an order's fills.</summary>
    public void Book(OrderSide side, IReadOnlyList<OrderFill> fills)
    {
        Orders++;
        foreach (var fill in fills)
        {
            var signed = side == OrderSide.Buy ? fill.Quantity : -fill.Quantity;
            Fills++;
            Turnover += fill.Quantity;
            Fees += fill.Fee;
            Position += signed;
            _cash -= (signed * fill.Price) + fill.Fee;
        }
    }

    /// <summary>Values the position at a middle price.</summary>
    public void Mark(decimal middle)
    {
        _middle = middle;
        _peak = Math.Max(_peak, Profit);
        Drawdown = Math.Max(Drawdown, _peak - Profit);
    }

    /// <summary>Returns the report, the same text for the same run.</summary>
    public string Report() => string.Create(CultureInfo.InvariantCulture, $"""
        orders        {Orders,14}
        fills         {Fills,14}
        turnover      {Turnover,14}
        position      {Position,14}
        before fees   {Profit + Fees,14:0.00}
        fees          {Fees,14:0.00}
        profit        {Profit,14:0.00}
        drawdown      {Drawdown,14:0.00}
        """);
}
