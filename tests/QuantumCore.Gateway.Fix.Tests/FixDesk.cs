using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>FIX messages in readable form, with | for SOH.</summary>
internal static class FixText
{
    /// <summary>Returns a message with these fields, from MsgType on, with the right length and checksum.</summary>
    public static byte[] Frame(string fields, string version = "FIX.4.4")
    {
        var text = $"8={version}|9={fields.Length}|{fields}".Replace('|', '\u0001');
        return Encoding.Latin1.GetBytes($"{text}10={text.Sum(letter => letter) % 256:000}\u0001");
    }

    public static FixMessage Message(string fields, string version = "FIX.4.4") =>
        FixMessage.Read(Frame(fields, version));

    public static string Plain(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).Replace('\u0001', '|');

    /// <summary>Returns type, number, and the fields that differ between messages.</summary>
    public static string Short(FixMessage message) =>
        $"{message.Type} {message.Sequence} {string.Join('|', message.All
            .Where(field => field.Tag is not (35 or 34 or 49 or 56 or 52))
            .Select(field => $"{field.Tag}={field.Text}"))}".TrimEnd();
}

/// <summary>A session whose client and application the test controls.</summary>
internal sealed partial class FixDesk : IFixLine, IFixApplication
{
    public const string Key = "key";

    private readonly Queue<string> _out = new();

    public FixDesk()
    {
        Session = new FixSession(Time, this, LogOn);
    }

    public ManualTime Time { get; } = new();

    public FixSession Session { get; }

    /// <summary>Messages that went out, in full.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Messages that the application took: type, number, and ClOrdID.</summary>
    public List<string> Taken { get; } = [];

    public bool IsClosed { get; private set; }

    public int AskedFor { get; private set; }

    public int Begun { get; private set; }

    public int Disposed { get; private set; }

    /// <summary>Task that holds up the connection, the logon and the application.</summary>
    public Task Patience { get; set; } = Task.CompletedTask;

    public void Offer(ReadOnlyMemory<byte> message, bool isAskedFor = false)
    {
        Assert.False(IsClosed);
        var buffer = new ReadOnlySequence<byte>(message);
        _out.Enqueue(FixText.Short(FixFraming.TryRead(ref buffer)!));
        Assert.True(buffer.IsEmpty);
        Sent.Add(FixText.Plain(message.Span));
        AskedFor += isAskedFor ? 1 : 0;
    }

    public Task DrainedAsync() => Patience;

    public void Close() => IsClosed = true;

    public bool Knows(string type) => type is "D" or "V";

    public bool MayHave(string type, int tag) =>
        type == "D" ? tag is 11 or 38 or 40 or 55 : tag is 262 or 267 or 269 or 146 or 55;

    public async ValueTask TakeAsync(FixMessage message)
    {
        await Patience;
        Taken.Add($"{message.Type} {message.Sequence} {message[11]}".TrimEnd());
    }

    public void Begin(FixSession session)
    {
        Assert.Same(Session, session);
        Begun++;
    }

    public ValueTask DisposeAsync()
    {
        Disposed++;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Plays a scenario. "> type number [header] body" is a message of the client. The lines "&lt; type number fields"
    /// after it are all the messages that go out in response. "+ seconds" advances the time; "closed" is the end. @-5
    /// is the time five seconds ago. A header has fields with unusual values, or a tag alone for a missing field.
    /// </summary>
    public async Task Plays(params string[] lines)
    {
        foreach (var line in lines)
        {
            if (line.StartsWith('<'))
            {
                Assert.True(_out.TryDequeue(out var sent), $"Nothing went out where {line} was to.");
                Assert.Equal(Timed(line[2..]), sent);
                continue;
            }

            Assert.Empty(_out);
            if (line.StartsWith('+'))
                Pass(int.Parse(line[2..], CultureInfo.InvariantCulture));
            else if (line.StartsWith('>'))
                await Session.ObeyAsync(FixText.Message(Whole(line[2..])));
            else
                Assert.True(IsClosed);
        }

        Assert.Empty(_out);
    }

    /// <summary>Returns the messages that went out since the last call.</summary>
    public string[] Out()
    {
        string[] all = [.. _out];
        _out.Clear();
        return all;
    }

    public void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Session.Tick();
        }
    }

    public Task Starts(int heartbeatSeconds = 30) => Plays(
        $"> A 1 98=0|108={heartbeatSeconds}|141=Y|554={Key}",
        $"< A 1 98=0|108={heartbeatSeconds}|141=Y");

    /// <summary>Returns a message of the client in full, from MsgType on.</summary>
    public string Whole(string said)
    {
        var (type, number, odd, body) = Line().Match(Timed(said)) is { Success: true } parts
            ? (parts.Groups[1].Value, parts.Groups[2].Value, parts.Groups[3].Value, parts.Groups[4].Value)
            : throw new FormatException(said);
        string[] head = ["49=DESK", "56=QUANTUMCORE", $"34={number}", Timed("52=@")];
        var others = odd.Split('|', StringSplitOptions.RemoveEmptyEntries);
        var kept = head.Where(field => !others.Any(other => other.Split('=')[0] == field[..2]));
        return string.Join('|', [
            $"35={type}", .. kept, .. others.Where(other => other.Contains('=')),
            .. body.Split('|', StringSplitOptions.RemoveEmptyEntries)]) + "|";
    }

    private async ValueTask<FixLogon> LogOn(FixMessage message)
    {
        await Patience;
        return message[554] == Key ? new FixLogon(this, null) : new FixLogon(null, "The key is not known.");
    }

    private string Timed(string text) => Moment().Replace(
        text,
        found =>
            FixTime.Text(Time.GetUtcNow()
                .AddSeconds(found.Length == 1 ? 0 : int.Parse(found.Value[1..], CultureInfo.InvariantCulture))));

    [GeneratedRegex(@"^(\S+) (\S+) ?(?:\[(.*)\])? ?(.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"@([+-]\d+)?")]
    private static partial Regex Moment();
}
