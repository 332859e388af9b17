using System.Buffers;
using System.Text;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>FIX framing: messages are found in any input, and output is well-formed.</summary>
public class FixFramingTests
{
    private static readonly byte[] s_good = FixText.Frame("35=0|34=7|");

    [Fact]
    public void A_message_is_found_however_it_comes_in_pieces()
    {
        byte[] stream = [
            .. FixText.Frame("35=D|34=1|11=a|"), .. FixText.Frame("35=A|34=2|95=17|96=8=FIX.4.4|9=5|35=|"),
            .. FixText.Frame("35=0|34=3|")];
        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second++)
                Assert.Equal(
                    [1, 2, 3],
                    Read(stream[..first], stream[first..second], stream[second..]).Select(message => message.Sequence));
        }
    }

    [Fact]
    public void A_message_is_its_fields_in_their_order()
    {
        var message =
            Assert.Single(Read(FixText.Frame("35=D|49=me|34=0012|11=a=b|95=3|96=|\u00ff||55=x y|", "FIX.4.2")));
        Assert.Equal(("FIX.4.2", "D", 12), (message.Version, message.Type, message.Sequence));
        Assert.Equal(
            [(35, "D"), (49, "me"), (34, "0012"), (11, "a=b"), (95, "3"), (96, "\u0001\u00ff\u0001"), (55, "x y")],
            message.All);
        Assert.Equal(("a=b", null), (message[11], message[12]));
        Assert.True(message.Has(55));
        Assert.Null(message.Fault);
        Assert.Null(message.Number(11));
        Assert.Equal(3, message.Number(95));
    }

    [Theory]
    [InlineData("10")]
    [InlineData("0000010")]
    [InlineData("0000000000010")]
    public void A_length_may_have_zeros_before_it(string length)
    {
        var text = $"8=FIX.4.4|9={length}|35=0|34=7|".Replace('|', '\x01');
        var sum = text.Sum(letter => letter) % 256;
        Assert.Equal(7, Assert.Single(Read(Encoding.ASCII.GetBytes($"{text}10={sum:000}\x01"))).Sequence);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("8=FIX")]
    [InlineData("35=0|")]
    [InlineData("8=FIX.4.4|35=0|9=5|10=000|")]
    [InlineData("8=FIX.4.4|9=5|34=2|10=000|")]
    [InlineData("8=FIX.4.4|9=10|34=7|35=0|10=151|")]
    [InlineData("8=FIX.4.4|9=|35=0|10=000|")]
    [InlineData("8=FIX.4.4|9=-5|35=0|10=000|")]
    [InlineData("8=FIX.4.4|9=99999999999999999999|35=0|10=000|")]
    [InlineData("8=FIX.4.4|9=70000|35=0|10=000|")]
    [InlineData("8=FIX.4.4|9=2147483647|35=0|10=000|")]
    [InlineData("8=FIX.4.4|9=0|10=000|")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=7|10=152|")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=7|10=407|")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=7|10=ABC|")]
    [InlineData("8=FIX.4.4|9=9|35=0|34=7|10=000|")]
    [InlineData("8=FIX.4.4|9=11|35=0|34=7|10=000|")]
    [InlineData("8=FIX.4.4|9=900|35=0|34=7|10=000|")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=7|10=15")]
    [InlineData("8=FIX.4.4|9=10|35=0|34=7|11=151|")]
    public void Garbled_message_is_skipped_and_the_next_one_is_read(string garbled)
    {
        byte[] noise = Encoding.Latin1.GetBytes(garbled.Replace('|', '\u0001'));
        Assert.Empty(Read(noise));
        Assert.Equal(7, Assert.Single(Read(noise, s_good)).Sequence);
        Assert.Equal([7, 7], Read([.. s_good, .. noise], s_good).Select(message => message.Sequence));
    }

    [Fact]
    public void A_wrong_length_that_reaches_to_the_end_of_the_next_message_does_not_hide_it()
    {
        var noise = Encoding.ASCII.GetBytes($"8=FIX.4.4|9={10 + s_good.Length}|35=D|11=a".Replace('|', '\u0001'));
        Assert.Equal(7, Assert.Single(Read(noise, s_good)).Sequence);
    }

    [Fact]
    public void Messages_are_at_most_64_KiB_and_no_more_is_buffered()
    {
        var head = FixText.Frame("35=D|34=1|58=|").Length + 3;
        var longest = FixText.Frame($"35=D|34=1|58={new string('x', FixFraming.LongestMessage - head)}|");
        Assert.Equal(FixFraming.LongestMessage, longest.Length);
        Assert.Single(Read(longest));
        Assert.Empty(Read(FixText.Frame($"35=D|34=1|58={new string('x', FixFraming.LongestMessage - head + 1)}|")));

        var kept = 0L;
        byte[] claims = [.. "8=FIX.4.4\u00019=65000\u000135=D\u0001"u8];
        foreach (var fill in (byte[][])[[.. "x"u8], claims, [.. "8=FIX"u8], [1]])
        {
            byte[] rest = [];
            for (var round = 0; round < 60; round++)
            {
                var buffer = new ReadOnlySequence<byte>(
                    [.. rest, .. claims, .. Enumerable.Repeat(fill, 4000 / fill.Length).SelectMany(part => part)]);
                Assert.Null(FixFraming.TryRead(ref buffer));
                rest = buffer.ToArray();
                kept = Math.Max(kept, rest.Length);
            }
        }

        Assert.InRange(kept, 60_000, FixFraming.LongestMessage);
    }

    [Fact]
    public void Random_cuts_and_garbage_neither_throw_nor_hide_a_message()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var (stream, numbers) = (new List<byte>(), new List<int>());
            for (var number = 1; number <= 12; number++)
            {
                stream.AddRange(Noise(random));
                stream.AddRange(FixText.Frame($"35=D|34={number}|58={new string('x', random.Next(1, 200))}|"));
                numbers.Add(number);
            }

            var cuts = Enumerable.Range(0, random.Next(0, 20)).Select(_ => random.Next(stream.Count)).Append(0)
                .Append(stream.Count).Order().ToArray();
            var pieces = cuts.Zip(cuts.Skip(1), (from, to) => stream.GetRange(from, to - from).ToArray()).ToArray();
            Assert.True(
                numbers.SequenceEqual(
                    Read(pieces).Where(message => message.Type == "D").Select(message => message.Sequence)),
                $"seed {seed}");
        }
    }

    [Fact]
    public void Any_body_between_length_and_checksum_can_be_read()
    {
        const string letters = "0123456789=|==||895AF.\u00ff\0-";
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var body = string.Concat(
                Enumerable.Range(0, random.Next(0, 60)).Select(_ => letters[random.Next(letters.Length)]));
            var data = random.Next(3) == 0 ? $"95={random.Next(0, 80)}|96=" : "";
            var message = Assert.Single(Read(FixText.Frame($"35={data}{body}|")));
            _ = FixRules.WrongFields(message, null) ?? FixRules.WrongHeader(message, "DESK", DateTimeOffset.UnixEpoch);
            _ = (message.Group(146), message.Group(267));
        }
    }

    [Fact]
    public void Written_message_is_valid_and_replaces_characters_outside_FIX()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var body = new FixWriter().Add(58, "a\u0001b\né€z~").Add(58, "").Add(38, -5).Add(54, '\u0001').Add(60, time)
            .Add(6, long.MinValue);
        var written = FixWriter.Message(new FixHead("8", "DESK", 12, time, time.AddMinutes(-1)), body.Written.Span);
        var message = Assert.Single(Read(written.ToArray()));
        Assert.Equal(
            "35=8|49=QUANTUMCORE|56=DESK|34=12|52=20260102-03:04:05.678|43=Y|122=20260102-03:03:05.678|"
            + "58=a?b???z~|38=-5|54=?|60=20260102-03:04:05.678|6=-9223372036854775808",
            string.Join('|', message.All.Select(field => $"{field.Tag}={field.Text}")));
        Assert.Null(message.Fault);
    }

    [Theory]
    [InlineData("20260102-03:04:05", 0)]
    [InlineData("20260102-03:04:05.6", 6_000_000)]
    [InlineData("20260102-03:04:05.678", 6_780_000)]
    [InlineData("20260102-03:04:05.678912", 6_789_120)]
    [InlineData("20260102-03:04:05.678912345", 6_789_123)]
    [InlineData("20260102-03:04:05.678912345678", 6_789_123)]
    [InlineData("20260102-03:04:05.6789123456789", null)]
    [InlineData("20260102-03:04:05.67891234x", null)]
    [InlineData("20260102-03:04", null)]
    [InlineData("20260132-03:04:05", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Times_are_read_to_their_fraction(string? text, int? ticks) => Assert.Equal(
        ticks is null ? null : new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks.Value),
        FixTime.Read(text));

    private static byte[] Noise(Random random)
    {
        var message = FixText.Frame($"35=0|34=99|58={new string('y', random.Next(1, 100))}|");
        switch (random.Next(5))
        {
            case 0:
                return [];
            case 1:
                return message[..random.Next(message.Length)];
            case 2:
                return message[random.Next(1, message.Length)..];
            case 3:
                message[random.Next(message.Length)] ^= (byte)random.Next(1, 256);
                return message;
            default:
                var bytes = new byte[random.Next(100)];
                random.NextBytes(bytes);
                return bytes;
        }
    }

    /// <summary>Returns the messages read from a stream that arrives in pieces, as a connection reads it.</summary>
    private static List<FixMessage> Read(params byte[][] pieces)
    {
        var messages = new List<FixMessage>();
        byte[] rest = [];
        foreach (var piece in pieces)
        {
            var buffer = Segment.Join(rest, piece);
            while (FixFraming.TryRead(ref buffer) is { } message)
                messages.Add(message);
            rest = buffer.ToArray();
        }

        return messages;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Join(byte[] first, byte[] second)
        {
            var start = new Segment { Memory = first };
            var end = new Segment { Memory = second, RunningIndex = first.Length };
            start.Next = end;
            return new ReadOnlySequence<byte>(start, 0, end, second.Length);
        }
    }
}
