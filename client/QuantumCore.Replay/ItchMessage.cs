using System.Buffers.Binary;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>What a message of TotalView-ITCH 5.0 does to an order that the book shows.</summary>
/// <param name="Time">Nanoseconds since midnight, of Nasdaq's clock: the executions of one aggressive order share it.</param>
/// <param name="Id">The order's reference, which no other order of the day has.</param>
/// <param name="NewId">The reference that takes its place, of a replacement (<c>U</c>).</param>
/// <param name="Quantity">Shares: all of an order that is added or replaced, else what it loses. None of a deletion (<c>D</c>).</param>
/// <param name="Price">Dollars times 10,000, of what is added, replaced or executed at a price of its own (<c>C</c>).</param>
/// <param name="Number">The message's number in the file, from 1.</param>
/// <param name="Side">The order's side, of what is added.</param>
/// <param name="Type">Its letter, <c>F</c> (with the name of a firm) as <c>A</c>.</param>
/// <param name="IsPrintable">Whether this execution is told by itself; in a cross it is part of the cross's print.</param>
internal readonly record struct ItchMessage(
    long Time, long Id, long NewId, uint Quantity, uint Price, int Number, OrderSide Side, char Type, bool IsPrintable)
{
    private const int Header = 11;

    /// <summary>The stock's code of this day, by which the messages of its orders are found; 0 for what is about no stock.</summary>
    internal static ushort Locate(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message[1..]);

    /// <summary>The ticker of a message of the directory, of trading states, of orders or of trades: eight letters as one number; null where none is looked for.</summary>
    internal static ulong? Ticker(ReadOnlySpan<byte> message) => message[0] switch
    {
        (byte)'R' or (byte)'H' => BinaryPrimitives.ReadUInt64BigEndian(message[Header..]),
        (byte)'A' or (byte)'F' or (byte)'P' => BinaryPrimitives.ReadUInt64BigEndian(message[24..]),
        (byte)'Q' => BinaryPrimitives.ReadUInt64BigEndian(message[19..]),
        _ => null,
    };

    /// <summary>Reads a message of an order that the book shows: <c>A</c>, <c>F</c>, <c>E</c>, <c>C</c>, <c>X</c>, <c>D</c> or <c>U</c>.</summary>
    /// <exception cref="FlowFormatException">It has no shares, no price or no side, or a reference beyond all that is possible.</exception>
    internal static ItchMessage Read(ReadOnlySpan<byte> message, int number, string file)
    {
        var time = ((long)BinaryPrimitives.ReadUInt16BigEndian(message[5..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(message[7..]);
        var read = new ItchMessage(time, Reference(message, Header, number, file), 0, 0, 0, number, default, (char)message[0], true);
        switch (read.Type)
        {
            case 'A' or 'F':
                return read with
                {
                    Type = 'A',
                    Side = SideOf((char)message[19], number, file),
                    Quantity = Positive(message, 20, "shares", number, file),
                    Price = Positive(message, 32, "price", number, file),
                };
            case 'U':
                return read with
                {
                    NewId = Reference(message, 19, number, file),
                    Quantity = Positive(message, 27, "shares", number, file),
                    Price = Positive(message, 31, "price", number, file),
                };
            case 'C':
                return read with
                {
                    Quantity = Positive(message, 19, "shares", number, file),
                    IsPrintable = message[31] == (byte)'Y',
                    Price = BinaryPrimitives.ReadUInt32BigEndian(message[32..]),
                };
            case 'D':
                return read;
            default:
                return read with { Quantity = Positive(message, 19, "shares", number, file) };
        }
    }

    /// <summary>What is wrong with a message.</summary>
    internal static FlowFormatException Wrong(string file, int number, string what) => new(file, number, what, "message");

    private static OrderSide SideOf(char side, int number, string file) => side switch
    {
        'B' => OrderSide.Buy,
        'S' => OrderSide.Sell,
        _ => throw Wrong(file, number, $"'{side}' is no side (B or S)"),
    };

    private static long Reference(ReadOnlySpan<byte> message, int at, int number, string file) =>
        BinaryPrimitives.ReadInt64BigEndian(message[at..]) is >= 0 and var reference
            ? reference
            : throw Wrong(file, number, "its order reference has more than 63 bits");

    private static uint Positive(ReadOnlySpan<byte> message, int at, string what, int number, string file) =>
        BinaryPrimitives.ReadUInt32BigEndian(message[at..]) is > 0 and var value
            ? value
            : throw Wrong(file, number, $"it has no {what}");
}
