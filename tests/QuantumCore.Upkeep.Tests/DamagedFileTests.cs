using System.Globalization;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep.Tests;

/// <summary>
/// Changes bytes anywhere in the file. Either verification finds it, or the file still has the same content for every
/// frame, record, head and snapshot, so the byte is unused.
/// </summary>
public sealed class DamagedFileTests
{
    private const int Flips = 120;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_bit_anywhere_is_found_or_changes_nothing(bool isPacked)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(1_000);
        if (isPacked)
        {
            Assert.NotEqual(0, await ground.PackAsync());
            await ground.ChangeAsync("VACUUM");
        }

        var sound = await File.ReadAllBytesAsync(ground.Place.JournalFile, Ground.Cancellation);
        var content = Content(ground.Place.JournalFile);
        var random = new Random(7);
        var found = 0;
        for (var i = 0; i < Flips; i++)
        {
            var at = random.Next(sound.Length);
            var file = await WriteAsync(
                ground, i, [.. sound[..at], (byte)(sound[at] ^ (1 << random.Next(8))), .. sound[(at + 1)..]]);
            if (await IsFoundAsync(file))
            {
                found++;
                continue;
            }

            Assert.True(
                content == Content(file),
                string.Create(CultureInfo.InvariantCulture, $"The flip at {at} changes something and is not found."));
        }

        Assert.InRange(found, Flips / (isPacked ? 4 : 2), Flips);
    }

    [Fact]
    public async Task A_file_that_is_cut_short_is_found()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(1_000);
        var sound = await File.ReadAllBytesAsync(ground.Place.JournalFile, Ground.Cancellation);
        var random = new Random(8);
        for (var i = 0; i < 12; i++)
        {
            var file = await WriteAsync(ground, i, sound[..random.Next(1, sound.Length - 4_096)]);
            Assert.True(await IsFoundAsync(file), $"Cut at {new FileInfo(file).Length} of {sound.Length}.");
        }
    }

    [Fact]
    public async Task Any_flipped_bit_of_an_entry_in_the_list_of_streams_is_found_or_changes_nothing()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(100);
        await ground.ChangeAsync("VACUUM");
        var sound = await File.ReadAllBytesAsync(ground.Place.JournalFile, Ground.Cancellation);
        var content = Content(ground.Place.JournalFile);

        // An entry's length, number and the kinds of its columns lie before its name; the numbers' last bytes make one
        // name another's.
        const int Before = 10;
        var name = "acct/10003"u8.ToArray();
        var entries = 0;
        for (var at = Next(sound, name, 0); at >= 0; at = Next(sound, name, at + 1))
        {
            entries++;
            for (var bit = (at - Before) * 8; bit < (at + name.Length) * 8; bit++)
            {
                var file = await WriteAsync(
                    ground, 0,
                    [.. sound[..(bit / 8)], (byte)(sound[bit / 8] ^ (1 << (bit % 8))), .. sound[((bit / 8) + 1)..]]);
                Assert.True(
                    await IsFoundAsync(file) || content == Content(file),
                    $"Bit {bit % 8} of byte {(bit / 8) - at} of an entry.");
            }
        }

        Assert.NotEqual(0, entries);
    }

    private static int Next(byte[] bytes, byte[] wanted, int from)
    {
        var at = bytes.AsSpan(from).IndexOf(wanted);
        return at < 0 ? at : from + at;
    }

    private static async Task<string> WriteAsync(Ground ground, int number, byte[] bytes)
    {
        var file = ground.File($"damaged-{number}.db");
        await File.WriteAllBytesAsync(file, bytes, Ground.Cancellation);
        return file;
    }

    private static async Task<bool> IsFoundAsync(string file)
    {
        try
        {
            return !(await Verification.RunAsync(new JournalPlace(file), null, Ground.Cancellation)).IsClean;
        }
        catch (JournalSetupException)
        {
            return true;
        }
    }

    /// <summary>Returns everything that an exchange could read from the file.</summary>
    private static string Content(string file)
    {
        using var image = JournalImage.Open(file);
        var lines = image.Streams().Select(row => $"{row}")
            .Concat(image.Frames().Select(row => $"{row.Id} {row.Crc} {Convert.ToHexString(row.Body)}"))
            .Concat(image.Slices().Select(row => $"{row}"))
            .Concat(image.Snapshots()
                .Select(row => $"{row.StreamId} {row.Sequence} {row.Crc} {Convert.ToHexString(row.Body)}"));
        return string.Join('\n', lines);
    }
}
