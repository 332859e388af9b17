using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>Epochs, fences, commits of unknown outcome, and packs of old records.</summary>
internal static class JournalMutants
{
    public static readonly Mutant[] All =
    [
        new()
        {
            Rule = "a stale activation is never thrown away",
            Original = "!epochs.TryGetValue(stream.StreamId, out var epoch) || epoch != stream.Epoch",
            Changed = "!epochs.TryGetValue(stream.StreamId, out _)",
            Habit = Habit.Watches,
            Seed = 5,
        },
        new()
        {
            Rule = "a commit of unknown outcome is taken for done",
            In = "JournalWriter.TryCommit",
            Original = "return null;",
            Changed = "return [];",
        },
        new()
        {
            Rule = "a refused stream's records are told to be durable",
            Original = "if (refused.Count > 0) Discard(refused); else Complete(frame);",
            Changed = "Complete(frame);",
            Seed = 2,
        },
        new()
        {
            Rule = "half of what was appended together goes alone",
            Original = "foreach (var member in stream.Bundle.Streams) LoseAlone(member);",
            Changed = "LoseAlone(stream);",
            Habit = Habit.TradesStrategies,
            Seed = 54,
        },
        new()
        {
            Rule = "records that were appended together go in two frames",
            Original = "_openUnit is null",
            Changed = "_openUnit is null || segment.First % 2 == 0",
        },
        new()
        {
            Rule = "a new activation reads before it raises the epoch",
            Original = """
                var stream = await journal.OpenAsync("book/" + symbol, cancellationToken);
                var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, log, cancellationToken);
                """,
            Changed = """
                var machine = await BookRecovery.NewestSnapshotAsync(store, symbol, log, cancellationToken);
                var early = store.ReadAsync("book/" + symbol, machine.Sequence + 1, long.MaxValue, cancellationToken);
                await foreach (var read in early)
                    machine.Replay(read.Sequence, read.Body.Span);
                var before = machine.Sequence;
                var stream = await journal.OpenAsync("book/" + symbol, cancellationToken);
                if (before < stream.Head)
                    return _books[symbol] = new OpenBook(machine, stream, before, 0, snapshots, log);
                """,
            Seed = 3,
        },
        new()
        {
            Rule = "a frame that has no room in a pack goes with the others",
            Original = "_slices.Count + parts.Count > limits.MaxSlices) return false;",
            Changed = """
                _slices.Count + parts.Count > limits.MaxSlices)
                {
                    Frames.Add(frame.Id);
                    return false;
                }
                """,
            Seed = 30,
        },
        new()
        {
            Rule = "a pack that lacks a record is put in the place of its frames",
            Original = "_records, Chain, Bytes) ?? Plain(); RequireSame(slice);",
            Changed = "[.. _records.Take(Math.Max(1, _records.Count - 1))], Chain, Bytes) ?? Plain();",
            Seed = 4,
        },
    ];
}
