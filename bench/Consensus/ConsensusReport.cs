using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace QuantumCore.Bench.Consensus;

/// <summary>Kind of a report. The numbers are the harness's.</summary>
public enum ConsensusReportKind : byte
{
    /// <summary>A new order.</summary>
    Order = 0,

    /// <summary>A trade.</summary>
    Trade = 1,

    /// <summary>A cancelled order, or the cancelled remainder of an order that may not rest.</summary>
    Cancelled = 2,

    /// <summary>A modified order.</summary>
    Modified = 3,

    /// <summary>A rejected cancel of a missing order.</summary>
    CancelRefused = 4,

    /// <summary>A rejected modify of a missing order.</summary>
    ModifyRefused = 5,
}

/// <summary>A report in the harness's layout of 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public readonly struct ConsensusReport
{
    /// <summary>Kind of report.</summary>
    public ConsensusReportKind Kind { get; init; }

    /// <summary>Side of the order: 0 buys, 1 sells; 0 if irrelevant.</summary>
    public byte Side { get; init; }

    /// <summary>Order or trade quantity, in lots.</summary>
    public uint QuantityLots { get; init; }

    /// <summary>Number of the message it responds to.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Sender's order id; for a trade, that of the taker.</summary>
    public ulong OrderId { get; init; }

    /// <summary>Order or trade price, in ticks.</summary>
    public long PriceTicks { get; init; }

    /// <summary>Sender's id of the resting order in a trade.</summary>
    public ulong MakerId { get; init; }

    /// <summary>
    /// Appends the report as a line: <c>0,seq,side,id,price,qty</c> for a new order, <c>1,seq,price,qty,maker,taker</c>
    /// for a trade, <c>2,seq,side,id,price</c> for a cancelled order, <c>3,seq,side,id,price,qty</c> for a modified
    /// order, <c>4,seq,id</c> and <c>5,seq,id</c> for a rejection.
    /// </summary>
    public void AppendTo(StringBuilder line)
    {
        ArgumentNullException.ThrowIfNull(line);
        line.Append(CultureInfo.InvariantCulture, $"{(int)Kind},{Sequence},");
        _ = Kind switch
        {
            ConsensusReportKind.Trade =>
                line.Append(CultureInfo.InvariantCulture, $"{PriceTicks},{QuantityLots},{MakerId},{OrderId}"),
            ConsensusReportKind.Order or ConsensusReportKind.Modified =>
                line.Append(CultureInfo.InvariantCulture, $"{Side},{OrderId},{PriceTicks},{QuantityLots}"),
            ConsensusReportKind.Cancelled =>
                line.Append(CultureInfo.InvariantCulture, $"{Side},{OrderId},{PriceTicks}"),
            _ => line.Append(OrderId),
        };
    }
}
