<?php
/**
 * This file counts.
 */

declare(strict_types=1);

namespace App\Words;

use App\Models\User;
use App\Models\{Group, Role as R};
use function App\helper;
use Countable;

require_once __DIR__ . '/near.php';
include 'far.php';

const LIMIT = 10;
define('OTHER', 3);

/**
 * Counts words: “é”.
 *
 * @package App
 */
#[Service]
final class Counter extends Base implements Total
{
    use Logs;

    /** The step. */
    public const STEP = 1;
    private int $total = 0;

    public function __construct(private string $name) { parent::__construct($name); }

    /** Adds. */
    public static function add(string $word, int ...$n): int
    {
        return strlen($word) + User::find(1)->count() + (new Group())?->size();
    }

    abstract protected function later(): void;
}

interface Total { public function total(): int; }
trait Logs { private function log() {} }
enum Colour: string { case Red = 'é'; public function label(): string { return 'x'; } }

function helper(int $x): int { return $x; }

class CounterTest extends TestCase
{
    public function testAdds(): void { $this->assertSame(1, helper(1)); }

    // It subtracts.
    #[Test]
    public function subs(): void {}

    private function helper() {}
}

test('adds é words', function () { expect(1)->toBe(1); });
