;; The inner loops of packed-centers.ts. Addresses are in bytes; numbers are 64-bit floats unless it
;; is said otherwise.
;;
;; A squared distance is a number of the center plus an entry for each byte of the vector's bits, in
;; this order. An entry has numbers for several centers. A table has an entry for each value of a
;; byte.
(module
  (memory (export "memory") 1)

  ;; Sets the entries of the values 1 to before `$values` of a table to sums of terms, of which
  ;; `$terms` has an entry for each bit. The entry of 0 is there. An entry has `$stride` bytes, a
  ;; multiple of 16.
  (func (export "fill") (param $table i32) (param $terms i32) (param $values i32) (param $stride i32)
    (local $value i32) (local $from i32) (local $term i32) (local $to i32) (local $end i32)
    (local.set $value (i32.const 1))
    (local.set $to (i32.add (local.get $table) (local.get $stride)))
    (loop $each_value
      (local.set $from
        (i32.add (local.get $table)
          (i32.mul (local.get $stride) (i32.and (local.get $value) (i32.sub (local.get $value) (i32.const 1))))))
      (local.set $term (i32.add (local.get $terms) (i32.mul (local.get $stride) (i32.ctz (local.get $value)))))
      (local.set $end (i32.add (local.get $to) (local.get $stride)))
      (loop $each_two
        (v128.store (local.get $to) (f64x2.add (v128.load (local.get $from)) (v128.load (local.get $term))))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $term (i32.add (local.get $term) (i32.const 16)))
        (br_if $each_two (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end))))
      (br_if $each_value (i32.lt_u (local.tee $value (i32.add (local.get $value) (i32.const 1))) (local.get $values)))))

  ;; Assigns vectors to their nearest centers, of equally near ones to the first. A vector whose upper
  ;; bound of the distance to its center is below its lower bound of that to the others is skipped.
  ;;
  ;; `$rows` vectors, at least one, have `$chunks` bytes each at `$bits`, an int32 at `$labels`, and
  ;; bounds at `$upper` and `$lower`, which are adjusted to the distances `$moves` by which the
  ;; centers moved; `$farthest` is the largest of these, `$next` the second largest. `$gaps` has half
  ;; the distance of each center to the nearest other one. Tables lie from `$tables` on. `$norms` has
  ;; the numbers of centers, `$stride` bytes, a multiple of 64; those beyond the last are infinite.
  ;; Writes the row and its former center, two int32, of each vector whose center changed, at
  ;; `$changed`.
  ;; @returns their number.
  (func (export "assign")
    (param $rows i32) (param $bits i32) (param $chunks i32) (param $tables i32) (param $norms i32) (param $stride i32)
    (param $labels i32) (param $upper i32) (param $lower i32)
    (param $moves i32) (param $gaps i32) (param $farthest f64) (param $next f64) (param $changed i32)
    (result i32)
    (local $row i32) (local $own i32) (local $nearest i32) (local $number i32)
    (local $move f64) (local $up f64) (local $low f64)
    (local $block i32) (local $byte i32) (local $end i32) (local $table i32) (local $entry i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $closer v128)
    (local $first v128) (local $second v128) (local $index v128) (local $indices v128)
    (loop $each_row
      (local.set $own (i32.load (local.get $labels)))
      (local.set $move (f64.load (i32.add (local.get $moves) (i32.shl (local.get $own) (i32.const 3)))))
      (local.set $low
        (f64.sub (f64.load (local.get $lower))
          (select (local.get $next) (local.get $farthest) (f64.eq (local.get $move) (local.get $farthest)))))
      (local.set $up (f64.add (f64.load (local.get $upper)) (local.get $move)))
      (f64.store (local.get $lower) (local.get $low))
      (f64.store (local.get $upper) (local.get $up))
      (local.set $end (i32.add (local.get $bits) (local.get $chunks)))
      (block $done
        ;; The factor allows for rounding.
        (br_if $done
          (f64.lt (f64.mul (local.get $up) (f64.const 1.000000001))
            (f64.max (local.get $low)
              (f64.load (i32.add (local.get $gaps) (i32.shl (local.get $own) (i32.const 3)))))))
        (local.set $first (f64x2.splat (f64.const inf)))
        (local.set $second (local.get $first))
        (local.set $index (v128.const i64x2 0 0))
        (local.set $indices (v128.const i64x2 0 1))
        (local.set $block (i32.const 0))
        (loop $each_eight_centers
          (local.set $entry (i32.add (local.get $norms) (local.get $block)))
          (local.set $a (v128.load (local.get $entry)))
          (local.set $b (v128.load offset=16 (local.get $entry)))
          (local.set $c (v128.load offset=32 (local.get $entry)))
          (local.set $d (v128.load offset=48 (local.get $entry)))
          (local.set $table (i32.add (local.get $tables) (local.get $block)))
          (local.set $byte (local.get $bits))
          (loop $each_byte
            (local.set $entry (i32.add (local.get $table) (i32.mul (local.get $stride) (i32.load8_u (local.get $byte)))))
            (local.set $a (f64x2.add (local.get $a) (v128.load (local.get $entry))))
            (local.set $b (f64x2.add (local.get $b) (v128.load offset=16 (local.get $entry))))
            (local.set $c (f64x2.add (local.get $c) (v128.load offset=32 (local.get $entry))))
            (local.set $d (f64x2.add (local.get $d) (v128.load offset=48 (local.get $entry))))
            (local.set $table (i32.add (local.get $table) (i32.shl (local.get $stride) (i32.const 8))))
            (br_if $each_byte (i32.lt_u (local.tee $byte (i32.add (local.get $byte) (i32.const 1))) (local.get $end))))
          (local.set $second (f64x2.pmin (local.get $second) (f64x2.pmax (local.get $first) (local.get $a))))
          (local.set $closer (f64x2.lt (local.get $a) (local.get $first)))
          (local.set $first (f64x2.pmin (local.get $first) (local.get $a)))
          (local.set $index (v128.bitselect (local.get $indices) (local.get $index) (local.get $closer)))
          (local.set $indices (i64x2.add (local.get $indices) (v128.const i64x2 2 2)))
          (local.set $second (f64x2.pmin (local.get $second) (f64x2.pmax (local.get $first) (local.get $b))))
          (local.set $closer (f64x2.lt (local.get $b) (local.get $first)))
          (local.set $first (f64x2.pmin (local.get $first) (local.get $b)))
          (local.set $index (v128.bitselect (local.get $indices) (local.get $index) (local.get $closer)))
          (local.set $indices (i64x2.add (local.get $indices) (v128.const i64x2 2 2)))
          (local.set $second (f64x2.pmin (local.get $second) (f64x2.pmax (local.get $first) (local.get $c))))
          (local.set $closer (f64x2.lt (local.get $c) (local.get $first)))
          (local.set $first (f64x2.pmin (local.get $first) (local.get $c)))
          (local.set $index (v128.bitselect (local.get $indices) (local.get $index) (local.get $closer)))
          (local.set $indices (i64x2.add (local.get $indices) (v128.const i64x2 2 2)))
          (local.set $second (f64x2.pmin (local.get $second) (f64x2.pmax (local.get $first) (local.get $d))))
          (local.set $closer (f64x2.lt (local.get $d) (local.get $first)))
          (local.set $first (f64x2.pmin (local.get $first) (local.get $d)))
          (local.set $index (v128.bitselect (local.get $indices) (local.get $index) (local.get $closer)))
          (local.set $indices (i64x2.add (local.get $indices) (v128.const i64x2 2 2)))
          (br_if $each_eight_centers
            (i32.lt_u (local.tee $block (i32.add (local.get $block) (i32.const 64))) (local.get $stride))))
        ;; Of even and odd centers.
        (local.set $up (f64x2.extract_lane 0 (local.get $first)))
        (local.set $low (f64x2.extract_lane 1 (local.get $first)))
        (local.set $nearest (i32.wrap_i64 (i64x2.extract_lane 0 (local.get $index))))
        (local.set $entry (i32.wrap_i64 (i64x2.extract_lane 1 (local.get $index))))
        (if (i32.or (f64.lt (local.get $low) (local.get $up))
              (i32.and (f64.eq (local.get $low) (local.get $up)) (i32.lt_u (local.get $entry) (local.get $nearest))))
          (then (local.set $nearest (local.get $entry))))
        (f64.store (local.get $upper)
          (f64.sqrt (f64.max (f64.const 0) (f64.min (local.get $up) (local.get $low)))))
        (f64.store (local.get $lower)
          (f64.sqrt (f64.max (f64.const 0)
            (f64.min (f64.max (local.get $up) (local.get $low))
              (f64.min (f64x2.extract_lane 0 (local.get $second)) (f64x2.extract_lane 1 (local.get $second)))))))
        (br_if $done (i32.eq (local.get $nearest) (local.get $own)))
        (i32.store (local.get $labels) (local.get $nearest))
        (local.set $entry (i32.add (local.get $changed) (i32.shl (local.get $number) (i32.const 3))))
        (i32.store (local.get $entry) (local.get $row))
        (i32.store offset=4 (local.get $entry) (local.get $own))
        (local.set $number (i32.add (local.get $number) (i32.const 1))))
      (local.set $labels (i32.add (local.get $labels) (i32.const 4)))
      (local.set $upper (i32.add (local.get $upper) (i32.const 8)))
      (local.set $lower (i32.add (local.get $lower) (i32.const 8)))
      (local.set $bits (local.get $end))
      (br_if $each_row (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows))))
    (local.get $number))

  ;; For each of `$rows` vectors, at least one, the smaller of the squared distance at `$distances`
  ;; and that to each of four centers, `[rows, 4]`, at `$lowered`; at `$sums`, their four sums, each
  ;; times the number at `$counts`. Bits, tables and `$norms` as above, with 32 bytes an entry.
  (func (export "lower")
    (param $rows i32) (param $bits i32) (param $chunks i32) (param $tables i32) (param $norms i32)
    (param $distances i32) (param $counts i32) (param $lowered i32) (param $sums i32)
    (local $end i32) (local $table i32) (local $entry i32) (local $distance v128) (local $count v128)
    (local $a v128) (local $b v128) (local $sum_a v128) (local $sum_b v128)
    (loop $each_row
      (local.set $a (v128.load (local.get $norms)))
      (local.set $b (v128.load offset=16 (local.get $norms)))
      (local.set $table (local.get $tables))
      (local.set $end (i32.add (local.get $bits) (local.get $chunks)))
      (loop $each_byte
        (local.set $entry (i32.add (local.get $table) (i32.shl (i32.load8_u (local.get $bits)) (i32.const 5))))
        (local.set $a (f64x2.add (local.get $a) (v128.load (local.get $entry))))
        (local.set $b (f64x2.add (local.get $b) (v128.load offset=16 (local.get $entry))))
        (local.set $table (i32.add (local.get $table) (i32.const 8192)))
        (br_if $each_byte (i32.lt_u (local.tee $bits (i32.add (local.get $bits) (i32.const 1))) (local.get $end))))
      (local.set $distance (v128.load64_splat (local.get $distances)))
      (local.set $count (v128.load64_splat (local.get $counts)))
      (local.set $a (f64x2.pmin (local.get $distance) (f64x2.pmax (v128.const f64x2 0 0) (local.get $a))))
      (local.set $b (f64x2.pmin (local.get $distance) (f64x2.pmax (v128.const f64x2 0 0) (local.get $b))))
      (v128.store (local.get $lowered) (local.get $a))
      (v128.store offset=16 (local.get $lowered) (local.get $b))
      (local.set $sum_a (f64x2.add (local.get $sum_a) (f64x2.mul (local.get $a) (local.get $count))))
      (local.set $sum_b (f64x2.add (local.get $sum_b) (f64x2.mul (local.get $b) (local.get $count))))
      (local.set $distances (i32.add (local.get $distances) (i32.const 8)))
      (local.set $counts (i32.add (local.get $counts) (i32.const 8)))
      (local.set $lowered (i32.add (local.get $lowered) (i32.const 32)))
      (br_if $each_row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    (v128.store (local.get $sums) (local.get $sum_a))
    (v128.store offset=16 (local.get $sums) (local.get $sum_b))))
