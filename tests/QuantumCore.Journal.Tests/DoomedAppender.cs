using System.Text;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// A process that appends as fast as it can and prints each acknowledged record, until it is killed. Streams share
/// commits, and each has several records in flight. Two more streams get records in pairs, appended together.
/// </summary>
internal static class DoomedAppender
{
    public const string Argument = "append-until-killed";
    public const int Streams = 6;
    private const int InFlight = 8;

    public static readonly string[] Paired = ["acct/left", "acct/right"];

    public static IJournalStore Store(string kind, string target) =>
        kind == "sqlite" ? new SqliteJournalStore(target) : new PostgresJournalStore(target, "killed");

    public static string Name(int stream) => $"acct/{1000 + stream}";

    /// <summary>Returns the expected body of a record, however often the process was killed before it.</summary>
    public static byte[] Body(string stream, long epoch, long sequence) =>
        Encoding.UTF8.GetBytes($"{stream} {epoch} {sequence} {new string('x', (int)(sequence * 7 % 300))}");

    public static async Task<int> RunAsync(string kind, string target)
    {
        await using var store = Store(kind, target);
        await store.InitializeAsync(CancellationToken.None);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        using var output = new StreamWriter(Console.OpenStandardOutput());
        await Task.WhenAll([
            AppendPairsAsync(writer, output),
            .. Enumerable.Range(0, Streams).Select(stream => AppendAsync(writer, Name(stream), output))]);
        return 1;
    }

    private static async Task AppendPairsAsync(JournalWriter writer, StreamWriter output)
    {
        var left = await writer.OpenAsync(Paired[0], CancellationToken.None);
        var right = await writer.OpenAsync(Paired[1], left, CancellationToken.None);
        while (true)
        {
            for (var i = 0; i < InFlight; i++)
            {
                writer.AppendTogether([
                    (left, Body(left.Name, left.Epoch, left.Head + 1)),
                    (right, Body(right.Name, right.Epoch, right.Head + 1))]);
            }

            for (var sequence = left.Head - InFlight + 1; sequence <= left.Head; sequence++)
            {
                await left.WhenDurable(sequence);
                Print(output, $"{left.Name} {left.Epoch} {sequence}\n{right.Name} {right.Epoch} {sequence}\n");
            }
        }
    }

    private static async Task AppendAsync(JournalWriter writer, string name, StreamWriter output)
    {
        var stream = await writer.OpenAsync(name, CancellationToken.None);
        while (true)
        {
            for (var i = 0; i < InFlight; i++) stream.Append(Body(name, stream.Epoch, stream.Head + 1));
            for (var sequence = stream.Head - InFlight + 1; sequence <= stream.Head; sequence++)
            {
                await stream.WhenDurable(sequence);
                Print(output, $"{name} {stream.Epoch} {sequence}\n");
            }
        }
    }

    private static void Print(StreamWriter output, string line)
    {
        lock (output)
        {
            output.Write(line);
            output.Flush();
        }
    }
}
