namespace QuantumCore.Bench.Scale;

/// <summary>
/// Discrete-event simulation of orders in a cluster: gateway, the account's silo, its commit, the book's silo, its
/// turn, its commit, response; then the delivery of fills and the history. Work times are drawn from a seed,
/// exponentially around their means. A slow database makes commits larger; busy processors delay everything.
/// </summary>
internal sealed class ClusterSimulation
{
    // Same limit as the journal's writer.
    private const int MostRecords = 4_096;

    // The ledger works in pieces, so that a batch does not occupy a processor for long.
    private const int HistoryPiece = 16;

    private readonly EventQueue _events = new();
    private readonly Random _random;
    private readonly ClusterCosts _costs;
    private readonly ClusterShape _shape;
    private readonly Station[] _silos;
    private readonly Station[] _databases;
    private readonly Station[] _books;
    private readonly Writer[,] _writers;
    private readonly int[] _behind;
    private readonly List<long> _answers = [];
    private long _projected;

    private ClusterSimulation(ClusterCosts costs, ClusterShape shape, int seed)
    {
        (_costs, _shape, _random) = (costs, shape, new Random(seed));
        _silos = Stations(shape.Silos, shape.Processors);
        _databases = Stations(shape.Journals, shape.Processors);
        _books = Stations(shape.Symbols, 1);
        _behind = new int[shape.Journals];
        _writers = new Writer[shape.Silos, shape.Journals];
        for (var silo = 0; silo < shape.Silos; silo++)
        {
            for (var journal = 0; journal < shape.Journals; journal++)
                _writers[silo, journal] = new Writer(this, _databases[journal]);
        }
    }

    /// <summary>Runs a number of simulated milliseconds, after a warm-up of a quarter of it.</summary>
    public static ClusterOutcome Run(ClusterCosts costs, ClusterShape shape, int seed, int milliseconds)
    {
        var simulation = new ClusterSimulation(costs, shape, seed);
        var (start, length) = (milliseconds * 250_000L, milliseconds * 1_000_000L);
        for (var caller = 0; caller < shape.Silos * shape.Callers; caller++)
            simulation.Order(caller % shape.Silos);
        simulation._events.RunUntil(start);
        var (answered, projected) = (simulation._answers.Count, simulation._projected);
        simulation._events.RunUntil(start + length);
        return simulation.Outcome(answered, simulation._projected - projected, length);
    }

    private Station[] Stations(int count, int servers) =>
        [.. Enumerable.Range(0, count).Select(_ => new Station(_events, servers))];

    private ClusterOutcome Outcome(int before, long projected, long nanos)
    {
        var answers = _answers.Skip(before).Order().ToArray();
        var (fullest, what) = new[]
        {
            (_silos.Max(silo => silo.BusyPercent), "a silo's processors"),
            (_databases.Max(database => database.BusyPercent), "a database"),
            (_books.Max(book => book.BusyPercent), "the busiest book"),
        }.MaxBy(station => station.Item1);
        long Share(int percent) =>
            answers.Length == 0 ? 0 : answers[(int)((long)(answers.Length - 1) * percent / 100)] / 1_000;
        return new ClusterOutcome(
            answers.Length * 1_000_000_000L / nanos, projected * 1_000_000_000L / nanos, Share(50), Share(99), what,
            fullest);
    }

    private long Draw(long mean) => (long)(-Math.Log(1 - _random.NextDouble()) * mean);

    private void Work(int silo, long mean, Action then) => _silos[silo].Serve(Draw(mean), then);

    /// <summary>Simulates a call from one silo to another, one way; free within a silo.</summary>
    private void Hop(int from, int to, Action then)
    {
        if (from == to)
            then();
        else
            Work(from, _costs.Hop / 4, () => _events.After(_costs.Network, () => Work(to, _costs.Hop / 4, then)));
    }

    /// <summary>Simulates a customer's next order, and after its response the one after that.</summary>
    private void Order(int gateway)
    {
        var (account, symbol) = (_random.Next(_shape.Silos), NextSymbol());
        var (book, began) = (symbol % _shape.Silos, _events.Now);
        Work(gateway, _costs.Edge / 2, () => Hop(gateway, account, () => Work(account, _costs.Account, () =>
            _writers[account, _random.Next(_shape.Journals)].Append(
                () => Hop(account, gateway, () => Hop(gateway, book, () => Turn(symbol, book, () =>
                _writers[book, symbol % _shape.Journals].Append(() =>
                {
                    Tell(book, symbol);
                    Hop(book, gateway, () => Work(gateway, _costs.Edge / 2, () =>
                    {
                        _answers.Add(_events.Now - began);
                        Order(gateway);
                    }));
                }))))))));
    }

    private int NextSymbol() => _random.Next(100) < _shape.HotPercent ? 0 : _random.Next(_shape.Symbols);

    /// <summary>Simulates a book's turn, which also waits for a processor of its silo.</summary>
    private void Turn(int symbol, int silo, Action then) => _books[symbol].Enter(leave => Work(silo, _costs.Book, () =>
    {
        leave();
        then();
    }));

    /// <summary>Simulates what follows a durable order, without anyone waiting for it.</summary>
    private void Tell(int book, int symbol)
    {
        var maker = _random.Next(_shape.Silos);
        Hop(book, maker, () => Work(maker, _costs.Deliver, static () => { }));
        if (_behind[symbol % _shape.Journals]++ == 0)
            Project(symbol % _shape.Journals);
    }

    /// <summary>Simulates the ledger of a journal, piece by piece.</summary>
    private void Project(int journal)
    {
        var piece = Math.Min(_behind[journal], HistoryPiece);
        Work(journal % _shape.Silos, piece * _costs.History, () => _databases[journal].Serve(piece * _costs.Rows, () =>
        {
            _projected += piece;
            if ((_behind[journal] -= piece) > 0)
                Project(journal);
        }));
    }

    /// <summary>
    /// A silo's writer of one journal: one commit at a time, with all records that arrived meanwhile.
    /// </summary>
    private sealed class Writer(ClusterSimulation simulation, Station database)
    {
        private List<Action> _waiting = [];
        private bool _commits;

        public void Append(Action durable)
        {
            _waiting.Add(durable);
            if (!_commits)
                Commit();
        }

        private void Commit()
        {
            var frame = _waiting.Count <= MostRecords ? _waiting : _waiting[..MostRecords];
            _waiting = _waiting[frame.Count..];
            _commits = true;
            database.Serve(
                simulation._costs.Frame + (frame.Count * simulation._costs.Record),
                () => simulation._events.After(simulation._costs.Commit, () =>
                {
                    _commits = false;
                    foreach (var durable in frame)
                        durable();
                    if (!_commits && _waiting.Count > 0)
                        Commit();
                }));
        }
    }
}
