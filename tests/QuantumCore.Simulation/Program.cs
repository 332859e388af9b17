using System.Diagnostics;
using System.Globalization;
using QuantumCore.Simulation;

// simulation [--seed N] [--seeds COUNT] [--every N] [--steps COUNT] [--habit
// None|MovesMoney|Amends|CancelsAll|IsLimited|TradesStrategies|GivesAll|Watches] [--story]
var seed = Number("--seed", 1);
var seeds = Number("--seeds", args.Contains("--seed") ? 1 : int.MaxValue);
var steps = Number("--steps", args.Contains("--seed") ? long.MaxValue : 1_000_000);
var every = Number("--every", 1);
var story = args.Contains("--story") ? (Action<string>)Console.Out.WriteLine : null;
var habit = Array.IndexOf(args, "--habit") is >= 0 and var named
    ? Enum.Parse<Habit>(args[named + 1], ignoreCase: true)
    : Habit.None;
var started = Stopwatch.StartNew();
var (done, failed, did, records, fills, acknowledged, unknown, kills, liquidated, deficits, shared, settled, failing,
    dividends, packs) = (0L, 0, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
var (changes, shorts, network) = (0L, 0L, new NetworkTally());
for (var next = seed; did < steps && done < seeds; next += every, done++)
{
    var result = SimulatedDay.Run((int)next, story, habit);
    did += result.Steps;
    (records, fills,
        acknowledged) = (records + result.Records, fills + result.Fills, acknowledged + result.Acknowledged);
    (unknown, kills) = (unknown + result.Unknown, kills + result.Kills);
    (liquidated, deficits, shared, settled) = (liquidated + result.Liquidated, deficits + result.Deficits,
        shared + result.Shared, settled + result.Settled);
    failing += result.Failing;
    (dividends, packs) = (dividends + result.Dividends, packs + result.Packs);
    (changes, shorts, network) = (changes + result.Changes, shorts + result.Shorts, network + result.Network);
    if (seeds == 1)
        Console.Out.WriteLine(result);
    if (result.Findings.Count == 0)
        continue;

    failed++;
    Console.Out.WriteLine($"Seed {next} fails; the story: --seed {next} --habit {habit} --story");
    foreach (var finding in result.Findings)
        Console.Out.WriteLine("  " + finding);
    if (failed >= 5)
        break;
}

Console.Out.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{done} seeds, {did} steps, {records} records, {fills} fills, {acknowledged} orders acknowledged, {unknown} of unknown "
    + $"outcome, {liquidated} steps of liquidations, {deficits} deficits, {shared} of them shared out, {settled} "
    + $"trades settled in batches, {failing} fails, {dividends} parts of dividends, {packs} packs, {changes} changes "
    + $"of trades, {shorts} accounts short, {network}, {kills} kills, {failed} failed, "
    + $"{started.Elapsed.TotalSeconds:F1} s"));
return failed == 0 ? 0 : 1;

long Number(string name, long otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
