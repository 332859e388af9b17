using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Contracts.Tests;

/// <summary>
/// Damaged bytes are rejected, whatever the damage, and their decoding never costs more than their size.
/// </summary>
public class DamageTests
{
    private const long AllocationLimit = 1 << 20;

    // A definition is a nested byte string in its record, decoded only by those who need it.
    private static readonly Encoding s_definition = new(
        "definition",
        new Dictionary<string, object>(StringComparer.Ordinal) { ["definition"] = Samples.Instrument },
        instrument => [.. EncodedInstrument.From((Instrument)instrument).Bytes],
        bytes => new EncodedInstrument([.. bytes]).Decode());

    /// <summary>Stream, seed and number of damaged records.</summary>
    public static TheoryData<string, int, int> Runs => new()
    {
        { "book", 1, 500_000 },
        { "account", 2, 300_000 },
        { "catalog", 3, 100_000 },
        { "payout", 5, 100_000 },
        { "definition", 4, 100_000 },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_damaged_record_is_refused_or_is_another_record(string stream, int seed, int count)
    {
        var encoding = Encoding.All.Append(s_definition).Single(one => one.Name == stream);
        var originals = encoding.Samples.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => encoding.Encode(pair.Value)).ToArray();
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < count; i++)
        {
            var bytes = Damage(originals[random.Next(originals.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var record = Read(encoding, bytes, $"stream {stream}, seed {seed}, input {i}");
            Assert.True(
                GC.GetAllocatedBytesForCurrentThread() - before < AllocationLimit,
                $"{Convert.ToHexStringLower(bytes)} cost too much");
            if (record is null)
            {
                refused++;
                continue;
            }

            var again = encoding.Encode(record);
            Assert.True(
                encoding.Encode(encoding.Decode(again)).AsSpan().SequenceEqual(again),
                $"{Convert.ToHexStringLower(bytes)} does not come back");
        }

        Assert.InRange(refused, count / 10, count - (count / 100));
    }

    [Fact]
    public void A_list_that_claims_more_than_its_record_is_refused_before_memory_is_taken()
    {
        byte[] bytes = [1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => BookRecordEncoding.Decode(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < AllocationLimit);
    }

    [Fact]
    public void A_list_of_as_many_items_as_bytes_costs_no_more_than_a_little()
    {
        var bytes = new byte[16 << 10];
        bytes[0] = 1;
        bytes[1] = 4;
        bytes[10] = 0xff;
        bytes[11] = 0x7f;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => BookRecordEncoding.Decode(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2 * AllocationLimit);
    }

    [Fact]
    public void Every_cut_of_every_record_is_refused() => Assert.All(
        Encoding.All.SelectMany(
            encoding => encoding.Samples.Values.Select(sample => (encoding, bytes: encoding.Encode(sample)))),
        one => Assert.All(
            Enumerable.Range(0, one.bytes.Length),
            length => Assert.Throws<InvalidDataException>(() => one.encoding.Decode(one.bytes[..length]))));

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var more = random.Next(1, 4); more > 0; more--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
                case 3:
                    bytes[at] = 0xff;
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }

            if (bytes.Length == 0)
            {
                break;
            }
        }

        return bytes;
    }

    /// <summary>Returns the record, or null if the bytes were rejected; any other outcome is an issue.</summary>
    private static object? Read(Encoding encoding, byte[] bytes, string phase)
    {
        try
        {
            return encoding.Decode(bytes);
        }
        catch (InvalidDataException)
        {
            return null;
        }
        catch (Exception other)
        {
            throw new InvalidOperationException(
                $"{phase}: {Convert.ToHexStringLower(bytes)} gave {other.GetType().Name}", other);
        }
    }
}
