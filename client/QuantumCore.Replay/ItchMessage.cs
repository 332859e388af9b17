using System.Buffers.Binary;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Effect of a TotalView-ITCH 5.0 message on a displayed order.</summary>
/// <param name="Time">Nanoseconds since midnight on Nasdaq's clock. The executions of one aggressive order share
/// it.</param>
/// <param name="Id">Order reference, unique within the day.</param>
/// <param name="NewId">New order reference of a replacement (<c>U</c>).</param>
/// <param name="Quantity">Shares: the whole order if added or replaced, else the reduction. None for a deletion
/// (<c>D</c>).</param>
/// <param name="Price">Dollars times 10,000, for an order added, replaced or executed at another price
/// (<c>C</c>).</param>
/// <param name="Number">Number of the message in the file, from 1.</param>
/// <param name="Side">Side of an added order.</param>
/// <param name="Type">Message type letter; <c>F</c> (with a firm's name) is reported as <c>A</c>.</param>
/// <param name="IsPrintable">True if this execution is printed by itself; in a cross it is part of the cross's
/// print.</param>
internal readonly record struct ItchMessage(
    long Time, long Id, long NewId, uint Quantity, uint Price, int Number, OrderSide Side, char Type, bool IsPrintable)
{
    private const int Header = 11;

    /// <summary>
    /// Returns the stock locate code of this day, which identifies the stock of a message; 0 for none.
    /// </summary>
    internal static ushort Locate(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message[1..]);

    /// <summary>
    /// Returns the ticker of a directory, trading action, order or trade message, as an eight-byte number; null for
    /// other types.
    /// </summary>
    internal static ulong? Ticker(ReadOnlySpan<byte> message) => message[0] switch
    {
        (byte)'R' or (byte)'H' => BinaryPrimitives.ReadUInt64BigEndian(message[Header..]),
        (byte)'A' or (byte)'F' or (byte)'P' => BinaryPrimitives.ReadUInt64BigEndian(message[24..]),
        (byte)'Q' => BinaryPrimitives.ReadUInt64BigEndian(message[19..]),
        _ => null,
    };

    /// <summary>
    /// Reads a message about a displayed order: <c>A</c>, <c>F</c>, <c>E</c>, <c>C</c>, <c>X</c>, <c>D</c> or <c>U</c>.
    /// </summary>
    /// <exception cref="FlowFormatException">
    /// It has no shares, price or side, or its reference is out of range.
    /// </exception>
    internal static ItchMessage Read(ReadOnlySpan<byte> message, int number, string file)
    {
        var time = ((long)BinaryPrimitives.ReadUInt16BigEndian(message[5..]) << 32)
            | BinaryPrimitives.ReadUInt32BigEndian(message[7..]);
        var read = new ItchMessage(
            time, Reference(message, Header, number, file), 0, 0, 0, number, default, (char)message[0], true);
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

    /// <summary>Returns the exception for an invalid message.</summary>
    internal static FlowFormatException Wrong(string file, int number, string what) =>
        new(file, number, what, "message");

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
