;; The inner loops of dense-distances.ts. Addresses are in bytes; numbers are 64-bit floats.
;;
;; Each function but the last compares a vector of `$columns` numbers, at least one, at `$vector` with rows, eight at
;; a time: `$rows` has the first column of eight rows, then their second one and so on, then the next
;; eight rows. Writes a number for each row from `$to` to before `$end`, a multiple of eight of them.
;; Each is summed over the columns in their order, as in JavaScript.
(module
  (memory (export "memory") 1)

  ;; Squared Euclidean distances.
  (func (export "squares") (param $vector i32) (param $columns i32) (param $rows i32) (param $to i32) (param $end i32)
    (local $column i32) (local $last i32) (local $value v128) (local $x v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $last (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 3))))
    (loop $each_eight_rows
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $column (local.get $vector))
      (loop $each_column
        (local.set $value (v128.load64_splat (local.get $column)))
        (local.set $x (f64x2.sub (local.get $value) (v128.load (local.get $rows))))
        (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.sub (local.get $value) (v128.load offset=16 (local.get $rows))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.sub (local.get $value) (v128.load offset=32 (local.get $rows))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.sub (local.get $value) (v128.load offset=48 (local.get $rows))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 64)))
        (br_if $each_column (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 8))) (local.get $last))))
      (v128.store (local.get $to) (local.get $a))
      (v128.store offset=16 (local.get $to) (local.get $b))
      (v128.store offset=32 (local.get $to) (local.get $c))
      (v128.store offset=48 (local.get $to) (local.get $d))
      (br_if $each_eight_rows (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 64))) (local.get $end)))))

  ;; Sums of the differences without their signs.
  (func (export "manhattan") (param $vector i32) (param $columns i32) (param $rows i32) (param $to i32) (param $end i32)
    (local $column i32) (local $last i32) (local $value v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $last (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 3))))
    (loop $each_eight_rows
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $column (local.get $vector))
      (loop $each_column
        (local.set $value (v128.load64_splat (local.get $column)))
        (local.set $a (f64x2.add (local.get $a) (f64x2.abs (f64x2.sub (local.get $value) (v128.load (local.get $rows))))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.abs (f64x2.sub (local.get $value) (v128.load offset=16 (local.get $rows))))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.abs (f64x2.sub (local.get $value) (v128.load offset=32 (local.get $rows))))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.abs (f64x2.sub (local.get $value) (v128.load offset=48 (local.get $rows))))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 64)))
        (br_if $each_column (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 8))) (local.get $last))))
      (v128.store (local.get $to) (local.get $a))
      (v128.store offset=16 (local.get $to) (local.get $b))
      (v128.store offset=32 (local.get $to) (local.get $c))
      (v128.store offset=48 (local.get $to) (local.get $d))
      (br_if $each_eight_rows (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 64))) (local.get $end)))))

  ;; Dot products.
  (func (export "products") (param $vector i32) (param $columns i32) (param $rows i32) (param $to i32) (param $end i32)
    (local $column i32) (local $last i32) (local $value v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $last (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 3))))
    (loop $each_eight_rows
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $column (local.get $vector))
      (loop $each_column
        (local.set $value (v128.load64_splat (local.get $column)))
        (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $value) (v128.load (local.get $rows)))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $value) (v128.load offset=16 (local.get $rows)))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $value) (v128.load offset=32 (local.get $rows)))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $value) (v128.load offset=48 (local.get $rows)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 64)))
        (br_if $each_column (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 8))) (local.get $last))))
      (v128.store (local.get $to) (local.get $a))
      (v128.store offset=16 (local.get $to) (local.get $b))
      (v128.store offset=32 (local.get $to) (local.get $c))
      (v128.store offset=48 (local.get $to) (local.get $d))
      (br_if $each_eight_rows (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 64))) (local.get $end)))))

  ;; Numbers of columns that differ.
  (func (export "differing") (param $vector i32) (param $columns i32) (param $rows i32) (param $to i32) (param $end i32)
    (local $column i32) (local $last i32) (local $value v128) (local $one v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $last (i32.add (local.get $vector) (i32.shl (local.get $columns) (i32.const 3))))
    (local.set $one (f64x2.splat (f64.const 1)))
    (loop $each_eight_rows
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $column (local.get $vector))
      (loop $each_column
        (local.set $value (v128.load64_splat (local.get $column)))
        (local.set $a (f64x2.add (local.get $a) (v128.and (local.get $one) (f64x2.ne (local.get $value) (v128.load (local.get $rows))))))
        (local.set $b (f64x2.add (local.get $b) (v128.and (local.get $one) (f64x2.ne (local.get $value) (v128.load offset=16 (local.get $rows))))))
        (local.set $c (f64x2.add (local.get $c) (v128.and (local.get $one) (f64x2.ne (local.get $value) (v128.load offset=32 (local.get $rows))))))
        (local.set $d (f64x2.add (local.get $d) (v128.and (local.get $one) (f64x2.ne (local.get $value) (v128.load offset=48 (local.get $rows))))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 64)))
        (br_if $each_column (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 8))) (local.get $last))))
      (v128.store (local.get $to) (local.get $a))
      (v128.store offset=16 (local.get $to) (local.get $b))
      (v128.store offset=32 (local.get $to) (local.get $c))
      (v128.store offset=48 (local.get $to) (local.get $d))
      (br_if $each_eight_rows (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 64))) (local.get $end)))))

  ;; Replaces the numbers from `$to` to before `$end`, an even number of them, by their square roots.
  (func (export "roots") (param $to i32) (param $end i32)
    (loop $each_two
      (v128.store (local.get $to) (f64x2.sqrt (v128.load (local.get $to))))
      (br_if $each_two (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end))))))
