using System.Diagnostics;
using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// A program at a pseudo-terminal of 80 by 24 characters, and the content of its screen. It understands the few VT100
/// sequences that it needs; an unknown sequence is a failure of the program.
/// </summary>
internal sealed class Terminal : IAsyncDisposable
{
    private const int Width = 80;
    private const int Height = 24;

    private readonly Process _process;
    private readonly char[][] _screen = [.. Enumerable.Range(0, Height).Select(_ => Blank())];
    private readonly List<string> _unknown = [];
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private int _row;
    private int _column;

    private Terminal(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Content of the screen, line by line.</summary>
    public string Screen
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _screen.Select(line => new string(line).TrimEnd()));
        }
    }

    /// <summary>Sequences that are unknown.</summary>
    public IReadOnlyList<string> Unknown
    {
        get
        {
            lock (_lock)
                return [.. _unknown];
        }
    }

    /// <summary>Starts a program at the terminal.</summary>
    public static Terminal Start(string program, params IEnumerable<string> arguments)
    {
        var line = string.Join(' ', arguments.Prepend(program).Prepend(Programs.Host).Select(part => $"'{part}'"));
        var start =
            new ProcessStartInfo("script", ["-qfec", $"stty rows {Height} cols {Width}; exec {line}", "/dev/null"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
        start.Environment["TERM"] = "vt100";
        start.Environment["SHELL"] = "/bin/sh";
        return new Terminal(Process.Start(start)!);
    }

    /// <summary>Waits until the screen meets a condition.</summary>
    public Task ShowsAsync(string what, Func<string, bool> isSo) =>
        Wait.UntilAsync(() => Task.FromResult(isSo(Screen)), () => $"the screen to show {what}:\n{Screen}");

    /// <summary>Presses keys.</summary>
    public async Task PressAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys.AsMemory(), TestContext.Current.CancellationToken);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Returns the program's exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Wait.Limit);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    private static char[] Blank() => [.. Enumerable.Repeat(' ', Width)];

    private async Task ReadAsync()
    {
        var buffer = new char[4_096];
        var sequence = new StringBuilder();
        while (await _process.StandardOutput.ReadAsync(buffer, CancellationToken.None) is > 0 and var read)
        {
            lock (_lock)
            {
                foreach (var character in buffer.AsSpan(0, read))
                    Take(character, sequence);
            }
        }
    }

    private void Take(char character, StringBuilder sequence)
    {
        if (sequence.Length > 0)
        {
            sequence.Append(character);
            if (char.IsAsciiLetter(character) || character is '=' or '>')
            {
                Obey(sequence.ToString(1, sequence.Length - 1));
                sequence.Clear();
            }

            return;
        }

        switch (character)
        {
            case '\e':
                sequence.Append(character);
                break;
            case '\r':
                _column = 0;
                break;
            case '\n':
                _row = Math.Min(_row + 1, Height - 1);
                break;
            case >= ' ' and <= '~':
                _screen[_row][Math.Min(_column, Width - 1)] = character;
                _column++;
                break;
            default:
                _unknown.Add($"U+{(int)character:X4}");
                break;
        }
    }

    private void Obey(string sequence)
    {
        switch (sequence)
        {
            case "[H":
                (_row, _column) = (0, 0);
                break;
            case "[2J":
                foreach (var line in _screen)
                    Array.Fill(line, ' ');
                break;
            case "[K":
                Array.Fill(_screen[_row], ' ', Math.Min(_column, Width), Width - Math.Min(_column, Width));
                break;
            case "[J":
                foreach (var line in _screen.Skip(_row + 1))
                    Array.Fill(line, ' ');
                break;

            // Reverse and plain; the keypad and its arrows as the terminal database asks for.
            case "[7m" or "[m" or "=" or ">" or "[?1h" or "[?1l":
                break;
            default:
                _unknown.Add(sequence);
                break;
        }
    }
}
