using System.Numerics;
using System.Security.Cryptography;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// An Ed25519 public key (RFC 8032), which checks signatures. .NET has none. Nothing here is secret, so that nothing needs to take the same time.
/// </summary>
internal sealed class Ed25519Key
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    /// <summary>Bytes of a signature: a point and a number.</summary>
    public const int SignatureLength = 2 * Length;

    private const int FieldBits = 255;

    private static readonly BigInteger s_prime = BigInteger.Pow(2, FieldBits) - 19;
    private static readonly BigInteger s_mask = BigInteger.Pow(2, FieldBits) - 1;
    private static readonly BigInteger s_order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    private static readonly BigInteger s_curve = Reduce(-121_665 * Inverse(121_666) % s_prime + s_prime);
    private static readonly BigInteger s_rootOfMinusOne = BigInteger.ModPow(2, (s_prime - 1) / 4, s_prime);
    private static readonly Point s_base = Decode(Convert.FromHexString($"58{new string('6', 62)}"))!.Value;

    private readonly byte[] _bytes;
    private readonly Point _negated;

    private Ed25519Key(byte[] bytes, Point point)
    {
        _bytes = bytes;
        _negated = new Point(Reduce(s_prime - point.X), point.Y, point.Z, Reduce(s_prime - point.T));
    }

    /// <summary>Returns the key of 32 bytes; null when they are no point of the curve, or one that any signature fits.</summary>
    public static Ed25519Key? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length || Decode(bytes) is not { } point)
            return null;

        // A point of small order: eight times it is nothing.
        var eightfold = Double(Double(Double(point)));
        return eightfold.X.IsZero ? null : new Ed25519Key(bytes.ToArray(), point);
    }

    /// <summary>Returns true if the signature is this key's of the message.</summary>
    public bool Signed(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        var factor = Number(signature[Length..]);
        if (factor >= s_order)
            return false;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(signature[..Length]);
        hash.AppendData(_bytes);
        hash.AppendData(message);
        var challenge = Number(hash.GetHashAndReset()) % s_order;
        return Encode(Combine(factor, s_base, challenge, _negated)).AsSpan().SequenceEqual(signature[..Length]);
    }

    /// <summary>Returns one point so many times and another so many times, added.</summary>
    internal static Point Combine(BigInteger times, Point point, BigInteger otherTimes, Point other)
    {
        var both = Add(point, other);
        var sum = Point.Zero;
        for (var bit = FieldBits - 1; bit >= 0; bit--)
        {
            sum = Double(sum);
            sum = (IsSet(times, bit), IsSet(otherTimes, bit)) switch
            {
                (true, true) => Add(sum, both),
                (true, false) => Add(sum, point),
                (false, true) => Add(sum, other),
                (false, false) => sum,
            };
        }

        return sum;
    }

    /// <summary>The point that every key is a multiple of.</summary>
    internal static Point Base => s_base;

    /// <summary>How many multiples of it there are.</summary>
    internal static BigInteger Order => s_order;

    /// <summary>Returns a point as it is written: its second coordinate and the sign of its first.</summary>
    internal static byte[] Encode(Point point)
    {
        var inverse = Inverse(point.Z);
        var (x, y) = (Reduce(point.X * inverse), Reduce(point.Y * inverse));
        var bytes = new byte[Length];
        y.TryWriteBytes(bytes, out _, isUnsigned: true);
        if (!x.IsEven)
            bytes[^1] |= 0x80;
        return bytes;
    }

    private static Point? Decode(ReadOnlySpan<byte> bytes)
    {
        var number = Number(bytes);
        var y = number & s_mask;
        if (y >= s_prime)
            return null;

        // x squared is (y squared - 1) / (d times y squared + 1); RFC 8032, 5.1.3.
        var square = Reduce(y * y);
        var (above, below) = (Reduce(square - 1 + s_prime), Reduce(Reduce(s_curve * square) + 1));
        var wanted = Reduce(above * Inverse(below));
        var x = BigInteger.ModPow(wanted, (s_prime + 3) / 8, s_prime);
        if (Reduce(x * x) != wanted)
            x = Reduce(x * s_rootOfMinusOne);
        var isOdd = number >> FieldBits == 1;
        if (Reduce(x * x) != wanted || (x.IsZero && isOdd))
            return null;
        if (x.IsEven == isOdd)
            x = s_prime - x;
        return new Point(x, y, 1, Reduce(x * y));
    }

    private static Point Add(Point one, Point other)
    {
        var a = Reduce((one.Y - one.X + s_prime) * (other.Y - other.X + s_prime));
        var b = Reduce((one.Y + one.X) * (other.Y + other.X));
        var c = Reduce(Reduce(2 * one.T * other.T) * s_curve);
        var d = Reduce(2 * one.Z * other.Z);
        var (e, f, g, h) = (b - a + s_prime, d - c + s_prime, d + c, b + a);
        return new Point(Reduce(e * f), Reduce(g * h), Reduce(f * g), Reduce(e * h));
    }

    private static Point Double(Point point)
    {
        var (a, b) = (Reduce(point.X * point.X), Reduce(point.Y * point.Y));
        var (c, h) = (Reduce(2 * point.Z * point.Z), a + b);
        var sum = point.X + point.Y;
        var e = h - Reduce(sum * sum) + s_prime;
        var g = a - b + s_prime;
        var f = c + g;
        return new Point(Reduce(e * f), Reduce(g * h), Reduce(f * g), Reduce(e * h));
    }

    /// <summary>Reduces a number that is not negative: 2^255 is 19 here.</summary>
    private static BigInteger Reduce(BigInteger number)
    {
        while (number > s_mask)
            number = (number & s_mask) + (19 * (number >> FieldBits));
        return number >= s_prime ? number - s_prime : number;
    }

    private static BigInteger Inverse(BigInteger number) => BigInteger.ModPow(number, s_prime - 2, s_prime);

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);

    private static bool IsSet(BigInteger number, int bit) => !((number >> bit) & 1).IsZero;

    /// <summary>A point in extended coordinates: x is X/Z, y is Y/Z, x times y is T/Z.</summary>
    internal readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T)
    {
        /// <summary>The point that adds nothing.</summary>
        public static readonly Point Zero = new(0, 1, 1, 0);
    }
}
