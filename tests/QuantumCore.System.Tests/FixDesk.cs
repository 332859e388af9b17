using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>A FIX message as it was on the wire.</summary>
internal sealed record FixText(IReadOnlyList<(int Tag, string Text)> Fields)
{
    /// <summary>MsgType.</summary>
    public string Type => this[35];

    /// <summary>Returns the first field with a tag; empty if there is none.</summary>
    public string this[int tag] => Fields.FirstOrDefault(field => field.Tag == tag).Text ?? "";

    /// <summary>Reads a message with bars between its fields.</summary>
    public static FixText Read(string line) => new([.. line.Split('|', StringSplitOptions.RemoveEmptyEntries)
        .Select(field => field.Split('=', 2))
        .Select(field => (int.Parse(field[0], CultureInfo.InvariantCulture), field[1]))]);

    /// <summary>Returns a number.</summary>
    public decimal Number(int tag) => decimal.Parse(this[tag], CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns the entries of a repeating group, each of which begins with this tag. The last entry contains everything
    /// after it, too.
    /// </summary>
    public IEnumerable<FixText> Group(int first)
    {
        var starts =
            Enumerable.Range(0, Fields.Count).Where(at => Fields[at].Tag == first).Append(Fields.Count).ToArray();
        return starts.Zip(starts.Skip(1), (from, to) => new FixText([.. Fields.Skip(from).Take(to - from)]));
    }
}

/// <summary>
/// A desk that trades with QuickFIX, as a process of its own. QuickFIX checks every message it receives against the
/// dictionary of FIX 4.4.
/// </summary>
internal sealed class FixDesk : IAsyncDisposable
{
    private const string LoggedOn = "Logged on";

    // QuickFIX rejects messages that violate the dictionary, ignores unreadable ones, and requests missed ones again.
    private static readonly string[] s_objections = ["# Message", "# Invalid", "# Sent ResendRequest"];

    private readonly Process _process;
    private readonly Channel<FixText> _incoming = Channel.CreateUnbounded<FixText>();
    private readonly List<FixText> _unread = [];
    private readonly List<string> _said = [];
    private readonly Task _reading;

    public FixDesk(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.StandardInput.AutoFlush = true;
        _reading = ReadAsync();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>Waits until it has logged on, for the first time or again.</summary>
    public Task LogOnAsync() => NextAsync(LoggedOn);

    /// <summary>Gives it a command: see client.cpp.</summary>
    public Task TellAsync(string command) =>
        _process.StandardInput.WriteLineAsync(command.AsMemory(), TestContext.Current.CancellationToken);

    /// <summary>Returns the next message of this type that meets the condition and was not taken yet.</summary>
    public async Task<FixText> NextAsync(string type, Func<FixText, bool>? isSo = null)
    {
        using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        watchdog.CancelAfter(Wait.Limit);
        for (var at = 0; ; at++)
        {
            try
            {
                if (at == _unread.Count)
                    _unread.Add(await _incoming.Reader.ReadAsync(watchdog.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
            {
                throw new TimeoutException($"No such message of type {type} came:\n{Said}", error);
            }

            var message = _unread[at];
            if (message.Type != type || isSo?.Invoke(message) == false)
                continue;
            _unread.RemoveAt(at);
            return message;
        }
    }

    /// <summary>Returns the next report of an order with this ExecType.</summary>
    public Task<FixText> ReportAsync(string clientOrderId, string type) =>
        NextAsync("8", message => message[11] == clientOrderId && message[150] == type);

    /// <summary>Returns the open orders of the account, as reported to the desk.</summary>
    public async Task<IReadOnlyList<FixText>> OpenOrdersAsync(string request)
    {
        await TellAsync($"massstatus {request}");
        var reports = new List<FixText>();
        do
        {
            reports.Add(await NextAsync("8", message => message[584] == request));
        }
        while (reports.Count < reports[0].Number(911));
        return reports[0].Number(911) == 0 ? [] : reports;
    }

    /// <summary>Takes all messages that have arrived.</summary>
    public IReadOnlyList<FixText> TakeUnread()
    {
        while (_incoming.Reader.TryRead(out var message))
            _unread.Add(message);
        FixText[] taken = [.. _unread];
        _unread.Clear();
        return taken;
    }

    /// <summary>Kills the desk without a logout.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await EndedAsync();
    }

    /// <summary>Logs out, and asserts that no message it received broke a rule of FIX.</summary>
    public async Task EndAsync()
    {
        await TellAsync("logout");
        using var watchdog = new CancellationTokenSource(Wait.Limit);
        await _process.WaitForExitAsync(watchdog.Token);
        await EndedAsync();
        Assert.True(_process.ExitCode == 0, Said);
        Assert.Contains("# Received logout response", _said);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        await _reading;
        _process.Dispose();
    }

    /// <summary>Asserts that QuickFIX objected to nothing.</summary>
    private async Task EndedAsync()
    {
        await _reading;
        var wrong = _said.Where(line =>
            (line.StartsWith('>') && FixText.Read(line[2..]).Type is ("3" or "j"))
            || s_objections.Any(objection => line.StartsWith(objection, StringComparison.Ordinal))).ToArray();
        Assert.True(wrong.Length == 0, $"QuickFIX objects:\n{string.Join('\n', wrong)}\nof all this:\n{Said}");
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_said)
                _said.Add(line);
            if (line.StartsWith('<'))
                _incoming.Writer.TryWrite(FixText.Read(line[2..]));
            else if (line == $"# {LoggedOn}")
                _incoming.Writer.TryWrite(new FixText([(35, LoggedOn)]));
        }

        _incoming.Writer.Complete();
        var errors = await _process.StandardError.ReadToEndAsync(CancellationToken.None);
        lock (_said)
            _said.Add(errors);
    }
}
