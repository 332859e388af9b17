using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace QuantumCore.Bench.Consensus;

/// <summary>What a report tells; the numbers are the harness's.</summary>
public enum ConsensusReportKind : byte
{
    /// <summary>A new order.</summary>
    Order = 0,

    /// <summary>A trade.</summary>
    Trade = 1,

    /// <summary>An order was taken out, or the remainder of one that may not rest.</summary>
    Cancelled = 2,

    /// <summary>A modified order.</summary>
    Modified = 3,

    /// <summary>A cancel of an order that is not there.</summary>
    CancelRefused = 4,

    /// <summary>A modify of an order that is not there.</summary>
    ModifyRefused = 5,
}

/// <summary>A report as the harness carries it: 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public readonly struct ConsensusReport
{
    /// <summary>What it tells.</summary>
    public ConsensusReportKind Kind { get; init; }

    /// <summary>Side of the order: 0 buys, 1 sells. 0 where it does not matter.</summary>
    public byte Side { get; init; }

    /// <summary>Lots of the order, or traded.</summary>
    public uint QuantityLots { get; init; }

    /// <summary>Number of the message it answers.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The sender's id of the order; of a trade, the taker.</summary>
    public ulong OrderId { get; init; }

    /// <summary>Price of the order, or traded.</summary>
    public long PriceTicks { get; init; }

    /// <summary>Of a trade, the resting order.</summary>
    public ulong MakerId { get; init; }

    /// <summary>
    /// Writes it as a line: <c>0,seq,side,id,price,qty</c> a new order; <c>1,seq,price,qty,maker,taker</c> a trade;
    /// <c>2,seq,side,id,price</c> an order taken out; <c>3,seq,side,id,price,qty</c> a modified order; <c>4,seq,id</c>
    /// and <c>5,seq,id</c> a refusal.
    /// </summary>
    public void AppendTo(StringBuilder line)
    {
        ArgumentNullException.ThrowIfNull(line);
        line.Append(CultureInfo.InvariantCulture, $"{(int)Kind},{Sequence},");
        _ = Kind switch
        {
            ConsensusReportKind.Trade => line.Append(CultureInfo.InvariantCulture, $"{PriceTicks},{QuantityLots},{MakerId},{OrderId}"),
            ConsensusReportKind.Order or ConsensusReportKind.Modified =>
                line.Append(CultureInfo.InvariantCulture, $"{Side},{OrderId},{PriceTicks},{QuantityLots}"),
            ConsensusReportKind.Cancelled => line.Append(CultureInfo.InvariantCulture, $"{Side},{OrderId},{PriceTicks}"),
            _ => line.Append(OrderId),
        };
    }
}
