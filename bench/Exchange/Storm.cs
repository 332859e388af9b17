using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// Sends requests at a fixed rate, whatever the responses, over many connections with one request at a time each. A
/// request that is due while no connection is free is not sent.
/// </summary>
internal sealed class Storm
{
    private readonly ConcurrentStack<Line> _free = new();
    private readonly List<Line> _lines = [];
    private readonly Func<long, byte[]> _request;
    private readonly Action<long> _accepted;
    private long _torn;

    private Storm(Func<long, byte[]> request, Action<long> accepted) => (_request, _accepted) = (request, accepted);

    public long Sent { get; private set; }

    public TimeSpan Took { get; private set; }

    /// <summary>Number of connections that ended without a response.</summary>
    public long Torn => _torn;

    public IEnumerable<Latencies> Accepted => _lines.Select(line => line.Accepted);

    public IEnumerable<Latencies> Refused => _lines.Select(line => line.Refused);

    public static async Task<Storm> RunAsync(
        Uri url, int connections, double perSecond, TimeSpan length, Func<long, byte[]> request, Action<long> accepted)
    {
        var storm = new Storm(request, accepted);
        for (var i = 0; i < connections; i++)
        {
            storm._lines.Add(new Line(await KeptConnection.OpenAsync(url)));
            storm._free.Push(storm._lines[^1]);
        }

        // A dedicated thread, so that sending does not wait for the threads that process responses.
        await Task.Factory.StartNew(
            () => storm.Blow(perSecond, length), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAll(storm._lines.Select(line => line.Current));
        storm._lines.ForEach(line => line.Connection.Dispose());
        return storm;
    }

    public long CountOf(int status) => _lines.Sum(line => line.Statuses.GetValueOrDefault(status));

    public string Statuses() => "{" + string.Join(',', _lines.SelectMany(line => line.Statuses)
        .GroupBy(pair => pair.Key)
        .Select(
            group => string.Create(CultureInfo.InvariantCulture, $"\"{group.Key}\":{group.Sum(pair => pair.Value)}")))
            + "}";

    private void Blow(double perSecond, TimeSpan length)
    {
        using var pause = new ManualResetEvent(false);
        var started = Stopwatch.GetTimestamp();
        var name = started;
        var due = 0d;
        for (var before = started; Stopwatch.GetElapsedTime(started) < length; before = Stopwatch.GetTimestamp())
        {
            pause.WaitOne(1);
            due = Math.Min(due + (Stopwatch.GetElapsedTime(before).TotalSeconds * perSecond), perSecond);
            for (; due >= 1 && _free.TryPop(out var line); due--)
            {
                Sent++;
                line.Current = AskAsync(line, ++name);
            }

            due = Math.Min(due, 1);
        }

        Took = Stopwatch.GetElapsedTime(started);
    }

    private async Task AskAsync(Line line, long name)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var status = await line.Connection.AskAsync(_request(name));
            var took = Stopwatch.GetTimestamp() - started;
            line.Statuses[status] = line.Statuses.GetValueOrDefault(status) + 1;
            (status == 200 ? line.Accepted : line.Refused).Add(took);
            if (status == 200)
            {
                _accepted(name);
            }

            _free.Push(line);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            Interlocked.Increment(ref _torn);
        }
    }

    private sealed class Line(KeptConnection connection)
    {
        public KeptConnection Connection => connection;

        public Task Current { get; set; } = Task.CompletedTask;

        public Latencies Accepted { get; } = new();

        public Latencies Refused { get; } = new();

        public Dictionary<int, long> Statuses { get; } = [];
    }
}
