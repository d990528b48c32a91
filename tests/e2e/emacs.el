;;; emacs.el --- Drives the server from Emacs as its user would -*- lexical-binding: t -*-

;;; Commentary:
;; emacs -q --batch -l emacs.el, with SERVER, WORKSPACE and OUT in the environment.  No plugin of ours: eglot,
;; set up as docs/editors-other.md says.  What was seen is written to $OUT as JSON.

;;; Code:
(package-initialize)
(require 'eglot)
(require 'json)

(setq create-lockfiles nil make-backup-files nil
      require-final-newline nil mode-require-final-newline nil
      eglot-send-changes-idle-time 0
      last-nonmenu-event t)             ; else eglot would try a menu, which a batch has not

;; what the documentation says to put into init.el
(add-to-list 'eglot-server-programs `(python-mode . (,(getenv "SERVER") "serve")))
(setq-default eglot-workspace-configuration
              '(:quintet (:backend "none" :mode "fast" :test (:command "python -m unittest"))))
(setq jsonrpc-default-request-timeout 300)

(defvar seen nil "What was seen, as an alist.")
(defvar root (file-name-as-directory (getenv "WORKSPACE")))

(defun note (key value)
  "Remember VALUE as what was seen of KEY."
  (push (cons key value) seen))

(defun wait (what condition &optional seconds)
  "Wait until CONDITION gives something, and return it; fail naming WHAT after SECONDS."
  (let ((end (+ (float-time) (or seconds 60))) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05)
      (sit-for 0.01))
    found))

(defun problems ()
  "The texts of the diagnostics in this buffer, looked at anew."
  (flymake-start nil)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defun titles (actions)
  "The titles of ACTIONS."
  (vconcat (mapcar (lambda (action) (plist-get action :title)) actions)))

(defun run ()
  "Do what a user does."
  (let* ((source (find-file-noselect (concat root "sums.py")))
         (tests (find-file (concat root "test_sums.py")))
         (messages (list)))
    (advice-add 'eglot--message :before
                (lambda (text &rest values) (push (apply #'format text values) messages)))
    (advice-add 'y-or-n-p :override (lambda (&rest _) t))
    (apply #'eglot (eglot--guess-contact))
    (let ((server (wait "the server" #'eglot-current-server)))
      (with-current-buffer source (eglot--maybe-activate-editing-mode))
      (note 'root (project-root (eglot--project server)))

      ;; a syntax problem comes while there is one, and goes again
      (goto-char (point-min))
      (insert "x = (\n")
      (eglot--signal-textDocument/didChange)
      (note 'syntax (vconcat (wait "the syntax problem" #'problems)))
      (delete-region (point-min) (line-beginning-position))
      (eglot--signal-textDocument/didChange)
      (wait "no problem" (lambda () (null (problems))))

      ;; the tests are run by a command; what fails is marked
      (let ((ran (eglot-execute-command server 'quintet.runTests [])))
        (note 'failing (plist-get ran :failing)))
      (note 'marked (vconcat (wait "the failing test's mark" #'problems)))

      ;; and is fixed by a code action there, for which eglot runs a command
      (let ((mark (car (flymake-diagnostics))))
        (note 'offered (titles (eglot-code-actions (flymake-diagnostic-beg mark) (flymake-diagnostic-end mark))))
        (cl-letf (((symbol-function 'completing-read) (lambda (&rest _) "Make test_add pass")))
          (eglot-code-actions (flymake-diagnostic-beg mark) (flymake-diagnostic-end mark) nil t)))
      (with-current-buffer source
        (wait "the fix" (lambda () (search-forward "a + b" nil t) (> (point) (point-min))))
        (note 'fixed (buffer-string))
        (undo-boundary)                 ; which the command loop makes between two commands
        (undo)
        (note 'undone (buffer-string)))
      (note 'messages (vconcat (reverse messages)))

      (eglot-shutdown server))))

(let ((fine (condition-case problem (progn (run) t)
              (error (note 'problem (format "%S" problem)) nil))))
  (with-temp-file (getenv "OUT") (insert (json-encode seen)))
  (kill-emacs (if fine 0 1)))
;;; emacs.el ends here
